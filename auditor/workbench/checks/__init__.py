"""What is asked of a policy, one module per question. Each gives `Failure`s, none where the answer is yes."""
