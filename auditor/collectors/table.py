"""Every service that is collected. A new one is its module and one line here."""

from __future__ import annotations

from auditor.collectors import cloudtrail, ec2, iam, kms, rds, s3
from auditor.collectors.call import Service

SERVICES: tuple[Service, ...] = (
    iam.SERVICE,
    s3.SERVICE,
    s3.CONTROL,
    kms.SERVICE,
    cloudtrail.SERVICE,
    ec2.SERVICE,
    rds.SERVICE,
)

# Types that exist in templates only: in an account their list is complete and empty.
TEMPLATE_ONLY = (
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::StateMachine",
)
