"""Every service that is collected. A new one is its module and one line here."""

from __future__ import annotations

from auditor.collectors import autoscaling, awslambda, cloudtrail, codebuild, ec2, ecs, iam, kms, rds, s3, vpc
from auditor.collectors.call import Service
from auditor.data.folding import FRAGMENTS, TURNS

# Those with many calls per resource come first: they take longest.
SERVICES: tuple[Service, ...] = (
    s3.SERVICE,
    kms.SERVICE,
    iam.SERVICE,
    s3.CONTROL,
    ec2.SERVICE,
    vpc.SERVICE,
    ecs.SERVICE,
    awslambda.SERVICE,
    codebuild.SERVICE,
    autoscaling.SERVICE,
    rds.SERVICE,
    cloudtrail.SERVICE,
)

# Types that exist in templates only (AWS makes them part of others): in an account their list is complete and empty.
TEMPLATE_ONLY: tuple[str, ...] = (
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::StateMachine",
    *sorted(FRAGMENTS),
    *sorted(turn.type for turn in TURNS if not turn.part and not turn.stays),
)
