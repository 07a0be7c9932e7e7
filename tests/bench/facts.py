"""Seconds of the facts that look at a whole account: 5,000 principals with 1,500 policies, 5,000 security groups."""

from __future__ import annotations

import random
import resource as limits
import time
from collections import deque
from collections.abc import Callable

from auditor.facts.attach import ScopeView
from auditor.facts.iam.escalation import ESCALATION
from auditor.facts.network.rules import FACT as RULES
from auditor.model import Json, Resource

ACCOUNT = "111122223333"
_ACTIONS = ("s3:Get*", "logs:*", "iam:PassRole", "lambda:*", "sts:AssumeRole", "dynamodb:*", "ec2:RunInstances")
_SERVICES = ("lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com")


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def principals(users: int, roles: int, policies: int) -> ScopeView:
    """Ten statements a policy, three policies a principal; one role in fifty administers, one in ten has a boundary."""
    chance = random.Random(1)
    root = f"arn:aws:iam::{ACCOUNT}"

    def statement(number: int, part: int) -> Json:
        action = chance.choice(_ACTIONS)
        name = chance.randrange(roles)
        places = (
            "*",
            f"{root}:role/app-{name}",
            f"{root}:role/team-{name % 40}/*",
            f"arn:aws:s3:::b-{number}-{part}/*",
        )
        one = {"Effect": "Allow", "Action": action, "Resource": places[chance.choices(range(4), (1, 9, 9, 30))[0]]}
        if part == 9 and number % 20 == 0:
            one["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        return one

    def held(type: str, word: str, number: int) -> Resource:
        name = f"{word}-{number}"
        arn = f"{root}:{'user' if word == 'user' else 'role'}/{name}"
        arns = [f"{root}:policy/p-{chance.randrange(policies)}" for _ in range(3)]
        if word == "app" and number % 50 == 0:
            arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]
        properties: dict[str, Json] = {"ManagedPolicyArns": arns, "Policies": []}
        if number % 10 == 1:
            properties["PermissionsBoundary"] = f"{root}:policy/p-{chance.randrange(policies)}"
        if word == "app":
            who: Json = {"Service": chance.choice(_SERVICES)} if number % 3 else {"AWS": f"{root}:root"}
            trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
            properties["AssumeRolePolicyDocument"] = _document(trust)
        return Resource(type, arn, ACCOUNT, None, name, arn, properties)

    managed = []
    for number in range(policies):
        arn = f"{root}:policy/p-{number}"
        document = _document(*(statement(number, part) for part in range(10)))
        properties = {"PolicyArn": arn, "PolicyDocument": document}
        managed.append(Resource("AWS::IAM::ManagedPolicy", arn, ACCOUNT, None, f"p-{number}", arn, properties))
    return ScopeView(
        {
            "AWS::IAM::User": [held("AWS::IAM::User", "user", number) for number in range(users)],
            "AWS::IAM::Role": [held("AWS::IAM::Role", "app", number) for number in range(roles)],
            "AWS::IAM::ManagedPolicy": managed,
        },
        {},
    )


def groups(count: int, rules: int) -> list[Resource]:
    chance = random.Random(2)

    def rule() -> Json:
        port = chance.randrange(1, 65_000)
        cidr = chance.choice(
            ("0.0.0.0/0", f"10.{chance.randrange(256)}.0.0/16", f"{chance.randrange(11, 99)}.0.0.0/12")
        )
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port + chance.randrange(500), "CidrIp": cidr}

    type, region = "AWS::EC2::SecurityGroup", "eu-west-1"
    made = []
    for number in range(count):
        id = f"sg-{number}"
        arn = f"arn:aws:ec2:{region}:{ACCOUNT}:security-group/{id}"
        properties = {"GroupId": id, "SecurityGroupIngress": [rule() for _ in range(rules)]}
        made.append(Resource(type, arn, ACCOUNT, region, id, arn, properties))
    return made


def _timed(name: str, aim: float, work: Callable[[], object]) -> None:
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    peak = limits.getrusage(limits.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<60} cpu {seconds:7.2f} s (aim: at most {aim:.0f})  peak {peak:5.0f} MB", flush=True)


def facts() -> None:
    """Aims: escalation, with what is effective for it, 20 s; rules 3 s."""
    view = principals(2_000, 3_000, 1_500)
    people = [*view.related("AWS::IAM::User"), *view.related("AWS::IAM::Role")]
    _timed(
        "iam.escalation, 5,000 principals, 1,500 policies", 20, lambda: [ESCALATION.compute(p, view) for p in people]
    )
    nothing = ScopeView({}, {})
    made = groups(5_000, 20)
    # as in an audit, which keeps the facts of one shard at a time
    _timed(
        "net.rules, 5,000 security groups of 20 rules", 3, lambda: deque((RULES.compute(g, nothing) for g in made), 0)
    )
