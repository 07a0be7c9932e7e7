"""Every service that is collected. A new one is its module and one line here."""

from __future__ import annotations

from auditor.collectors import (
    accessanalyzer,
    apigateway,
    autoscaling,
    awslambda,
    cloudfront,
    cloudtrail,
    codebuild,
    config,
    contacts,
    ec2,
    ecr,
    ecs,
    efs,
    elb,
    guardduty,
    iam,
    identity,
    kms,
    logs,
    organizations,
    rds,
    s3,
    secretsmanager,
    securityhub,
    sns,
    sqs,
    vpc,
)
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
    secretsmanager.SERVICE,
    sns.SERVICE,
    sqs.SERVICE,
    ecr.SERVICE,
    efs.SERVICE,
    elb.SERVICE,
    elb.CLASSIC_SERVICE,
    apigateway.SERVICE,
    apigateway.SECOND,
    cloudfront.SERVICE,
    logs.SERVICE,
    config.SERVICE,
    guardduty.SERVICE,
    accessanalyzer.SERVICE,
    securityhub.SERVICE,
    contacts.SERVICE,
    organizations.SERVICE,
    identity.SERVICE,
    identity.REGIONAL,
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
