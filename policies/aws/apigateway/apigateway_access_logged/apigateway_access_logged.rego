# METADATA
# title: API stages log access and executions
# description: |
#   Every stage names a destination for access logs and a format. A stage of a REST or WebSocket API also logs
#   executions at level ERROR or INFO for all methods: of a REST API, a method setting for all resources and methods
#   (`/*` and `*`) says so; of a WebSocket API, DefaultRouteSettings does. A narrower setting (one method, one route)
#   that is OFF or says nothing of the level fails.
#
#   HTTP APIs have no execution log. Whether a stage belongs to one is seen at its API, so a stage without a level is
#   undecided where its API is not seen. Serverless APIs are judged as the stages that they make.
# related_resources:
#   - https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
#   - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
#   - https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
# custom:
#   id: apigateway-access-logged
#   severity: medium
#   function: detect
#   stage: reactive
#   subject:
#     - AWS::ApiGateway::Stage
#     - AWS::ApiGatewayV2::Stage
#     - AWS::Serverless::Api
#     - AWS::Serverless::HttpApi
#   scope: account
#   applies: both
#   reads:
#     AWS::ApiGateway::Stage:
#       needs:
#         - /AccessLogSetting/DestinationArn
#         - /AccessLogSetting/Format
#         - /MethodSettings/*/HttpMethod
#         - /MethodSettings/*/LoggingLevel
#         - /MethodSettings/*/ResourcePath
#       seeks: [/MethodSettings/*]
#     AWS::ApiGatewayV2::Api:
#       needs: [/ProtocolType]
#     AWS::ApiGatewayV2::Stage:
#       needs:
#         - /AccessLogSettings/DestinationArn
#         - /AccessLogSettings/Format
#         - /ApiId
#         - /DefaultRouteSettings/LoggingLevel
#         - /RouteSettings/*/LoggingLevel
#       seeks: [/RouteSettings/*]
#     AWS::Serverless::Api:
#       needs:
#         - /AccessLogSetting/DestinationArn
#         - /AccessLogSetting/Format
#         - /MethodSettings/*/HttpMethod
#         - /MethodSettings/*/LoggingLevel
#         - /MethodSettings/*/ResourcePath
#       seeks: [/MethodSettings/*]
#     AWS::Serverless::HttpApi:
#       needs: [/AccessLogSettings/DestinationArn, /AccessLogSettings/Format]
#   controls:
#     cis_aws_7_0: ["4.10"]
#     fsbp: [APIGateway.1, APIGateway.9]
#   remediation:
#     text: |
#       Name a log group (or a Firehose stream) and a format for access logs. For REST and WebSocket APIs set the level
#       ERROR or INFO for all methods, give the account a role for CloudWatch Logs first, and keep data traces off: they
#       write bodies and headers to the log.
#     cli: |
#       aws apigateway update-stage --rest-api-id API --stage-name STAGE --patch-operations
#       op=replace,path=/accessLogSettings/destinationArn,value=GROUP op=replace,path=/*/*/logging/loglevel,value=ERROR
package policy.apigateway_access_logged

import data.lib.deny

no_destination := "the stage has no destination for access logs"

no_format := "the stage has no format for access logs"

not_all := "no setting for all methods logs executions at level ERROR or INFO"

switched_off := "executions of this method or route are not logged"

deny contains deny.absent(stage, ["AccessLogSetting", "DestinationArn"], no_destination) if {
	some stage in input.resources["AWS::ApiGateway::Stage"]
	not stage.properties.AccessLogSetting.DestinationArn
}

deny contains deny.absent(stage, ["AccessLogSetting", "Format"], no_format) if {
	some stage in input.resources["AWS::ApiGateway::Stage"]
	not stage.properties.AccessLogSetting.Format
}

deny contains deny.missing(stage, ["MethodSettings"], not_all) if {
	some stage in input.resources["AWS::ApiGateway::Stage"]
	not logs_all_methods(stage)
}

deny contains deny.missing(stage, ["MethodSettings", i, "LoggingLevel"], switched_off) if {
	some stage in input.resources["AWS::ApiGateway::Stage"]
	some i, setting in stage.properties.MethodSettings
	not logs(setting)
}

deny contains deny.absent(api, ["AccessLogSetting", "DestinationArn"], no_destination) if {
	some api in input.resources["AWS::Serverless::Api"]
	not api.properties.AccessLogSetting.DestinationArn
}

deny contains deny.absent(api, ["AccessLogSetting", "Format"], no_format) if {
	some api in input.resources["AWS::Serverless::Api"]
	not api.properties.AccessLogSetting.Format
}

deny contains deny.missing(api, ["MethodSettings"], not_all) if {
	some api in input.resources["AWS::Serverless::Api"]
	not logs_all_methods(api)
}

deny contains deny.missing(api, ["MethodSettings", i, "LoggingLevel"], switched_off) if {
	some api in input.resources["AWS::Serverless::Api"]
	some i, setting in api.properties.MethodSettings
	not logs(setting)
}

deny contains deny.absent(stage, ["AccessLogSettings", "DestinationArn"], no_destination) if {
	some stage in input.resources["AWS::ApiGatewayV2::Stage"]
	not stage.properties.AccessLogSettings.DestinationArn
}

deny contains deny.absent(stage, ["AccessLogSettings", "Format"], no_format) if {
	some stage in input.resources["AWS::ApiGatewayV2::Stage"]
	not stage.properties.AccessLogSettings.Format
}

deny contains deny.missing(stage, ["DefaultRouteSettings", "LoggingLevel"], not_all) if {
	some stage in input.resources["AWS::ApiGatewayV2::Stage"]
	not logs_all_routes(stage)
	not is_of_http_api(stage)
}

deny contains deny.missing(stage, ["RouteSettings", key, "LoggingLevel"], switched_off) if {
	some stage in input.resources["AWS::ApiGatewayV2::Stage"]
	some key, setting in stage.properties.RouteSettings
	not logs(setting)
	not is_of_http_api(stage)
}

deny contains deny.absent(api, ["AccessLogSettings", "DestinationArn"], no_destination) if {
	some api in input.resources["AWS::Serverless::HttpApi"]
	not api.properties.AccessLogSettings.DestinationArn
}

deny contains deny.absent(api, ["AccessLogSettings", "Format"], no_format) if {
	some api in input.resources["AWS::Serverless::HttpApi"]
	not api.properties.AccessLogSettings.Format
}

logs_all_methods(stage) if {
	some setting in stage.properties.MethodSettings
	setting.ResourcePath == "/*"
	setting.HttpMethod == "*"
	logs(setting)
}

logs_all_routes(stage) if logs(stage.properties.DefaultRouteSettings)

logs(setting) if setting.LoggingLevel in {"ERROR", "INFO"}

is_of_http_api(stage) if http_apis[stage.properties.ApiId]

http_apis := {api.name |
	some api in input.resources["AWS::ApiGatewayV2::Api"]
	api.properties.ProtocolType == "HTTP"
}
