"""Data, messaging and edge services on moto, collected in CloudFormation's shape; what moto lacks is answered here."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from test_collect import Aws, Reads, collected, refuse

from auditor.collectors import apigateway, awslambda, cloudfront, elb, s3
from auditor.collectors.account import AccountRun
from auditor.collectors.base import wanted_of
from auditor.collectors.call import Draft, Place
from auditor.model import Hidden, Json, Reason, Resource
from auditor.sources.sessions import Patience, own_account

PLACE = Place("123456789012", "aws", "us-east-1")
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


def reads(*properties: str) -> Reads:
    """`Type/Property` each: existence and these."""
    result: Reads = {}
    for each in properties:
        type, _, name = each.partition("/")
        result[type] = (*result.get(type, ((),)), *(((name,),) if name else ()))
    return result


def test_topics_and_queues_carry_their_policies(aws: Aws) -> None:
    topic = aws("sns").create_topic(Name="news")["TopicArn"]
    aws("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(OPEN))
    url = aws("sqs").create_queue(QueueName="jobs", Attributes={"Policy": json.dumps(OPEN)})["QueueUrl"]
    aws("sqs").create_queue(QueueName="mail.fifo", Attributes={"FifoQueue": "true"})
    run, found = collected(
        reads(
            *("AWS::SNS::Topic/KmsMasterKeyId", "AWS::SNS::TopicPolicy/PolicyDocument"),
            *("AWS::SQS::Queue/FifoQueue", "AWS::SQS::QueuePolicy/PolicyDocument"),
        )
    )
    (news,) = found["AWS::SNS::Topic"]
    assert (news.id, news.name, news.arn) == (topic, topic, topic)
    (policy,) = found["AWS::SNS::TopicPolicy"]
    assert (policy.properties, policy.owners) == ({"Topics": [topic], "PolicyDocument": OPEN}, (topic,))
    jobs, mail = sorted(found["AWS::SQS::Queue"], key=lambda queue: queue.name)
    assert (jobs.name, jobs.arn) == (url, "arn:aws:sqs:us-east-1:123456789012:jobs")
    assert "FifoQueue" not in jobs.properties
    assert mail.properties["FifoQueue"] is True
    (policy,) = found["AWS::SQS::QueuePolicy"]
    assert (policy.properties, policy.owners) == ({"Queues": [url], "PolicyDocument": OPEN}, (jobs.id,))
    assert run.gaps == []


@pytest.mark.parametrize(
    ("said", "shaped"),
    [
        ({"Prefix": ""}, {"Prefix": ""}),
        ({"Tag": {"Key": "k", "Value": "v"}}, {"TagFilter": {"Key": "k", "Value": "v"}}),
        ({"And": {"Prefix": "p", "Tags": []}}, {"And": {"Prefix": "p", "TagFilters": []}}),
        ({"Not": {"Prefix": "p"}}, {"Not": {"Prefix": "p"}}),
    ],
)
def test_what_a_replication_rule_takes_in(said: Json, shaped: Json) -> None:
    rule = {"ID": "r", "Status": "Enabled", "Filter": said, "Destination": {"Bucket": "arn:aws:s3:::b"}}
    found = s3._replication({"ReplicationConfiguration": {"Role": "role", "Rules": [rule]}}, Draft("", "", "", "", {}))
    (made,) = found["ReplicationConfiguration"]["Rules"]
    assert made == {"Id": "r", "Status": "Enabled", "Filter": shaped, "Destination": {"Bucket": "arn:aws:s3:::b"}}


def test_the_policy_of_a_secret(aws: Aws) -> None:
    secrets = aws("secretsmanager")
    arn = secrets.create_secret(Name="db", SecretString="x", Tags=[{"Key": "team", "Value": "a"}])["ARN"]
    secrets.create_secret(Name="other", SecretString="y")
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps(OPEN))
    run, found = collected(
        reads("AWS::SecretsManager::Secret/KmsKeyId", "AWS::SecretsManager::ResourcePolicy/ResourcePolicy")
    )
    db, _ = sorted(found["AWS::SecretsManager::Secret"], key=lambda secret: secret.properties["Name"])
    assert (db.name, db.properties, db.tags) == (arn, {"Name": "db", "Id": arn}, {"team": "a"})
    (policy,) = found["AWS::SecretsManager::ResourcePolicy"]
    assert (policy.properties, policy.owners) == ({"SecretId": arn, "ResourcePolicy": OPEN}, (arn,))
    assert run.gaps == []


def test_repositories_and_file_systems(aws: Aws) -> None:
    for name in ("open", "plain"):
        aws("ecr").create_repository(repositoryName=name)
    aws("ecr").set_repository_policy(repositoryName="open", policyText=json.dumps(OPEN))
    for encrypted in (True, False):
        aws("efs").create_file_system(CreationToken=str(encrypted), Encrypted=encrypted)
    run, found = collected(reads("AWS::ECR::Repository/RepositoryPolicyText", "AWS::EFS::FileSystem/Encrypted"))
    open_, plain = sorted(found["AWS::ECR::Repository"], key=lambda each: each.name)
    assert open_.properties["RepositoryPolicyText"] == OPEN
    assert "RepositoryPolicyText" not in plain.properties
    assert open_.arn == "arn:aws:ecr:us-east-1:123456789012:repository/open"
    assert sorted(each.properties["Encrypted"] for each in found["AWS::EFS::FileSystem"]) == [False, True]
    assert all(each.name == each.properties["FileSystemId"] for each in found["AWS::EFS::FileSystem"])
    assert run.gaps == []


def network(aws: Aws) -> list[str]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for i, zone in enumerate("ab")
    ]
    return [subnet["SubnetId"] for subnet in made]


def test_load_balancers_with_attributes_and_listeners(aws: Aws) -> None:
    v2 = aws("elbv2")
    balancer = v2.create_load_balancer(Name="web", Subnets=network(aws), Type="network")["LoadBalancers"][0]
    arn = balancer["LoadBalancerArn"]
    log = [{"Key": "access_logs.s3.enabled", "Value": "true"}, {"Key": "access_logs.s3.bucket", "Value": "logs"}]
    aws("s3").create_bucket(Bucket="logs")
    v2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=log)
    target = v2.create_target_group(Name="t", Protocol="TCP", Port=80, VpcId=balancer["VpcId"])["TargetGroups"][0]
    action = {"Type": "forward", "TargetGroupArn": target["TargetGroupArn"]}
    v2.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[action])
    type = "AWS::ElasticLoadBalancingV2::"
    run, found = collected(
        reads(f"{type}LoadBalancer/Type", f"{type}LoadBalancer/LoadBalancerAttributes", f"{type}Listener/Protocol")
    )
    (web,) = found[f"{type}LoadBalancer"]
    assert (web.id, web.name, web.properties["Type"]) == (arn, arn, "network")
    assert [each for each in web.properties["LoadBalancerAttributes"] if each in log] != []
    assert {"Key": "access_logs.s3.enabled", "Value": "true"} in web.properties["LoadBalancerAttributes"]
    (listener,) = found[f"{type}Listener"]
    assert (listener.properties["Protocol"], listener.properties["LoadBalancerArn"]) == ("TCP", arn)
    assert listener.owners == (arn,)
    assert "DefaultActions" not in listener.properties
    assert run.gaps == []


def test_a_classic_load_balancer_says_where_it_logs(aws: Aws) -> None:
    classic = aws("elb")
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    classic.create_load_balancer(LoadBalancerName="old", Listeners=[listener], AvailabilityZones=["us-east-1a"])
    log = {"Enabled": True, "S3BucketName": "logs", "S3BucketPrefix": "p", "EmitInterval": 60}
    classic.modify_load_balancer_attributes(LoadBalancerName="old", LoadBalancerAttributes={"AccessLog": log})
    run, found = collected(reads("AWS::ElasticLoadBalancing::LoadBalancer/AccessLoggingPolicy"))
    (old,) = found["AWS::ElasticLoadBalancing::LoadBalancer"]
    assert old.properties["AccessLoggingPolicy"] == log
    assert (old.name, old.arn) == ("old", "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/old")
    assert run.gaps == []


def test_stages_of_all_kinds_of_api(aws: Aws) -> None:
    rest = aws("apigateway")
    api = rest.create_rest_api(name="a")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    rest.create_deployment(restApiId=api, stageName="prod")
    patch = [
        {"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"},
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": "arn:aws:logs:us-east-1:1:log-group:g"},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
    ]
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=patch)
    v2 = aws("apigatewayv2")
    route = "$request.body.action"
    chat = v2.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression=route)["ApiId"]
    v2.create_stage(ApiId=chat, StageName="live", DefaultRouteSettings={"LoggingLevel": "ERROR"})
    run, found = collected(
        reads(
            *("AWS::ApiGateway::Stage/AccessLogSetting", "AWS::ApiGateway::Stage/MethodSettings"),
            *("AWS::ApiGatewayV2::Api/ProtocolType", "AWS::ApiGatewayV2::Stage/DefaultRouteSettings"),
        )
    )
    (prod,) = found["AWS::ApiGateway::Stage"]
    assert (prod.name, prod.properties["RestApiId"]) == ("prod", api)
    assert prod.properties["AccessLogSetting"]["Format"] == "$context.requestId"
    (setting,) = prod.properties["MethodSettings"]
    assert (setting["ResourcePath"], setting["HttpMethod"], setting["LoggingLevel"]) == ("/*", "*", "INFO")
    (socket,) = found["AWS::ApiGatewayV2::Api"]
    assert (socket.name, socket.properties["ProtocolType"]) == (chat, "WEBSOCKET")
    (live,) = found["AWS::ApiGatewayV2::Stage"]
    assert (live.properties["ApiId"], live.properties["DefaultRouteSettings"]["LoggingLevel"]) == (chat, "ERROR")
    assert run.gaps == []


@pytest.mark.parametrize(
    ("key", "path", "method"),
    [("*/*", "/*", "*"), ("~1pets~1{id}/GET", "/~1pets~1{id}", "GET"), ("~1/GET", "/", "GET")],
)
def test_paths_of_methods_are_cloudformations(key: str, path: str, method: str) -> None:
    answer = {"item": [{"stageName": "s", "methodSettings": {key: {"loggingLevel": "OFF"}}}]}
    (stage,) = apigateway._stages(answer, PLACE, Draft("REST API", "arn", "a", "arn", {}))
    expected = [{"ResourcePath": path, "HttpMethod": method, "LoggingLevel": "OFF"}]
    assert stage.properties["MethodSettings"] == expected


def test_distributions_with_logging_and_behaviors(aws: Aws) -> None:
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "RealtimeLogConfigArn": "arn:aws:cloudfront::123456789012:realtime-log-config/all",
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
    }
    origin = {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    for name, bucket in (("logged", "logs.s3.amazonaws.com"), ("silent", "")):
        aws("cloudfront").create_distribution(
            DistributionConfig={
                "CallerReference": name,
                "Comment": name,
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": behavior,
                "Logging": {"Enabled": bool(bucket), "IncludeCookies": False, "Bucket": bucket, "Prefix": ""},
            }
        )
    run, found = collected(reads("AWS::CloudFront::Distribution/DistributionConfig"), regions=())
    configs = {
        each.properties["DistributionConfig"]["Comment"]: each for each in found["AWS::CloudFront::Distribution"]
    }
    logged, silent = (configs[name].properties["DistributionConfig"] for name in ("logged", "silent"))
    assert logged["Logging"] == {"Bucket": "logs.s3.amazonaws.com", "Prefix": "", "IncludeCookies": False}
    assert "Logging" not in silent
    assert logged["DefaultCacheBehavior"]["RealtimeLogConfigArn"] == behavior["RealtimeLogConfigArn"]
    one = configs["logged"]
    assert (one.name, one.arn) == (one.properties["Id"], f"arn:aws:cloudfront::123456789012:distribution/{one.name}")
    assert run.gaps == []


def test_real_time_logs_are_listed_whole_or_not_at_all() -> None:
    """Moto has no real-time log configurations."""
    arn = "arn:aws:cloudfront::123456789012:realtime-log-config/all"
    page = {"IsTruncated": False, "Items": [{"ARN": arn, "Name": "all", "SamplingRate": 100, "Fields": ["c-ip"]}]}
    (config,) = cloudfront._realtime({"RealtimeLogConfigs": page}, PLACE, None)
    assert config.name == config.arn == arn
    assert config.properties == {"Arn": arn, "Name": "all", "SamplingRate": 100, "Fields": ["c-ip"]}
    with pytest.raises(ValueError):
        list(cloudfront._realtime({"RealtimeLogConfigs": page | {"IsTruncated": True}}, PLACE, None))


def test_log_groups_sources_and_deliveries(aws: Aws) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName="g")
    logged = "arn:aws:cloudfront::123456789012:distribution/E1"
    logs.put_delivery_source(name="s", resourceArn=logged, logType="ACCESS_LOGS")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:g"
    target = {"destinationResourceArn": group}
    to = logs.put_delivery_destination(name="d", deliveryDestinationConfiguration=target)["deliveryDestination"]
    logs.create_delivery(deliverySourceName="s", deliveryDestinationArn=to["arn"])
    run, found = collected(
        reads(
            *("AWS::Logs::LogGroup/LogGroupClass", "AWS::Logs::DeliverySource/LogType"),
            *("AWS::Logs::DeliverySource/ResourceArns", "AWS::Logs::Delivery/DeliverySourceName"),
        )
    )
    (one,) = found["AWS::Logs::LogGroup"]
    assert (one.name, one.arn) == ("g", f"{group}:*")
    assert isinstance(one.properties["LogGroupClass"], Hidden)  # moto does not tell it, and that is no default
    (source,) = found["AWS::Logs::DeliverySource"]
    assert (source.name, source.properties["LogType"], source.properties["ResourceArns"]) == (
        "s",
        "ACCESS_LOGS",
        [logged],
    )
    assert source.properties["ResourceArn"] == logged
    assert source.owners == (logged,)
    (delivery,) = found["AWS::Logs::Delivery"]
    assert delivery.properties["DeliverySourceName"] == source.name
    assert delivery.owners == (logged, source.id)
    assert run.gaps == []


def function(aws: Aws, name: str) -> str:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    made = aws("lambda").create_function(
        FunctionName=name, Runtime="python3.11", Role=role, Handler="app.h", Code={"ZipFile": code.getvalue()}
    )
    return str(made["FunctionArn"])


PERMISSIONS = reads(
    *("AWS::Lambda::Function/FunctionName", "AWS::Lambda::Permission/Principal"),
    "AWS::Lambda::ResourcePolicy/PolicyDocument",
)


def test_a_function_policy_and_its_permissions(aws: Aws) -> None:
    arn = function(aws, "app")
    function(aws, "closed")
    aws("lambda").add_permission(
        FunctionName="app",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceAccount="444455556666",
        SourceArn="arn:aws:s3:::b",
    )
    run, found = collected(PERMISSIONS)
    (permission,) = found["AWS::Lambda::Permission"]
    assert permission.properties == {
        "FunctionName": "app",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceAccount": "444455556666",
        "SourceArn": "arn:aws:s3:::b",
    }
    assert (permission.name, permission.owners) == ("s3", (arn,))
    (policy,) = found["AWS::Lambda::ResourcePolicy"]
    assert (policy.properties["ResourceArn"], policy.owners) == (arn, (arn,))
    assert len(policy.properties["PolicyDocument"]["Statement"]) == 1
    assert [gap for gap in run.gaps if gap.type != "AWS::Lambda::Url"] == []


def test_an_alias_is_asked_for_its_own_policy(aws: Aws) -> None:
    arn = function(aws, "app")
    aws("lambda").publish_version(FunctionName="app")
    aws("lambda").create_alias(FunctionName="app", Name="live", FunctionVersion="1")
    account = own_account(None, Patience(attempts=1))
    asked: list[Any] = []
    client = account.client("lambda", "us-east-1")
    client.meta.events.register("before-parameter-build.lambda.GetPolicy", lambda params, **_: asked.append(params))
    run = AccountRun(account.id, "aws", "us-east-1", ("us-east-1",), account.client, wanted_of(PERMISSIONS), "")
    assert [each.id for each in run.resources()] == [arn]
    assert sorted(each.get("Qualifier", "") for each in asked) == ["", "1", "live"]


def test_a_refused_policy_is_a_gap_of_its_function(aws: Aws) -> None:
    arn = function(aws, "app")
    account = own_account(None, Patience(attempts=1))
    refuse(account.client("lambda", "us-east-1"), "GetPolicy")
    run = AccountRun(account.id, "aws", "us-east-1", ("us-east-1",), account.client, wanted_of(PERMISSIONS), "")
    list(run.resources())
    assert {(gap.type, gap.parent, gap.reason) for gap in run.gaps} == {
        ("AWS::Lambda::Permission", arn, Reason.DENIED),
        ("AWS::Lambda::ResourcePolicy", arn, Reason.DENIED),
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}, {"InvokedViaFunctionUrl": True}),
        ({"Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}}, {"FunctionUrlAuthType": "NONE"}),
        ({"Principal": {"AWS": "arn:aws:iam::1:root"}}, {"Principal": "arn:aws:iam::1:root"}),
        ({"Condition": {"StringLike": {"aws:SourceArn": "*"}}}, None),
        ({"Effect": "Deny"}, None),
        ({"NotPrincipal": "*"}, None),
        ({"Action": ["a", "b"]}, None),
        ({"Principal": {"AWS": "*"}}, None),
    ],
)
def test_only_what_a_permission_can_say_becomes_one(change: Json, expected: Json) -> None:
    statement = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"} | change
    plain = {"Action": "lambda:InvokeFunction", "Principal": "*"}
    assert awslambda._permission(statement) == (None if expected is None else plain | expected)


def test_a_url_belongs_to_its_function() -> None:
    """Moto does not list URLs."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:app"
    configs = [{"FunctionArn": arn, "AuthType": "NONE"}, {"FunctionArn": f"{arn}:live", "AuthType": "AWS_IAM"}]
    draft = Draft("AWS::Lambda::Function", arn, "app", arn, {})
    plain, live = awslambda._urls({"FunctionUrlConfigs": configs}, PLACE, draft)
    assert plain.properties == {"FunctionArn": arn, "AuthType": "NONE", "TargetFunctionArn": arn}
    assert (live.properties["Qualifier"], live.properties["TargetFunctionArn"]) == ("live", arn)
    assert plain.owners == live.owners == (arn,)
    assert len({plain.id, live.id, arn}) == 3


def test_a_balancer_that_has_gone_is_dropped(aws: Aws) -> None:
    aws("elbv2").create_load_balancer(Name="web", Subnets=network(aws))
    account = own_account(None, Patience(attempts=1))
    refuse(account.client("elbv2", "us-east-1"), "DescribeLoadBalancerAttributes", "LoadBalancerNotFound", 400)
    wanted = wanted_of(reads(f"{elb.BALANCER}/LoadBalancerAttributes"))
    run = AccountRun(account.id, "aws", "us-east-1", ("us-east-1",), account.client, wanted, "")
    left: list[Resource] = list(run.resources())
    assert (left, run.gaps, run.vanished) == ([], [], 1)
