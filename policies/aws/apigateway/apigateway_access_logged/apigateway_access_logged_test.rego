package policy.apigateway_access_logged_test

import data.policy.apigateway_access_logged as policy

denied(type, properties) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {
		type: [{"type": type, "id": "s", "properties": properties}],
		"AWS::ApiGatewayV2::Api": [
			{"name": "http", "properties": {"ProtocolType": "HTTP"}},
			{"name": "socket", "properties": {"ProtocolType": "WEBSOCKET"}},
		],
	}}
}

access := {"DestinationArn": "arn:group", "Format": "$context.requestId"}

all_at(level) := {"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": level}

get_at(level) := {"ResourcePath": "/~1a", "HttpMethod": "GET", "LoggingLevel": level}

test_a_rest_stage_logs_access_and_all_executions if {
	every type in ["AWS::ApiGateway::Stage", "AWS::Serverless::Api"] {
		denied(type, {"AccessLogSetting": access, "MethodSettings": [all_at("INFO")]}) == set()
		denied(type, {"AccessLogSetting": access, "MethodSettings": [all_at("ERROR"), get_at("INFO")]}) == set()
		denied(type, {"AccessLogSetting": access}) == {["MethodSettings"]}
		denied(type, {"AccessLogSetting": access, "MethodSettings": [get_at("INFO")]}) == {["MethodSettings"]}
	}
}

test_a_narrower_setting_may_not_switch_it_off if {
	settings := [all_at("INFO"), get_at("OFF")]
	paths := denied("AWS::ApiGateway::Stage", {"AccessLogSetting": access, "MethodSettings": settings})
	paths == {["MethodSettings", 1, "LoggingLevel"]}
}

test_access_logs_need_a_destination_and_a_format if {
	paths := denied("AWS::ApiGateway::Stage", {"AccessLogSetting": {}, "MethodSettings": [all_at("INFO")]})
	paths == {["AccessLogSetting", "DestinationArn"], ["AccessLogSetting", "Format"]}
	denied("AWS::Serverless::HttpApi", {"AccessLogSettings": access}) == set()
	count(denied("AWS::Serverless::HttpApi", {})) == 2
}

test_an_http_api_has_no_execution_log if {
	type := "AWS::ApiGatewayV2::Stage"
	denied(type, {"ApiId": "http", "AccessLogSettings": access}) == set()
	denied(type, {"ApiId": "http", "AccessLogSettings": access, "RouteSettings": {"GET /a": {}}}) == set()
	denied(type, {"ApiId": "socket", "AccessLogSettings": access}) == {["DefaultRouteSettings", "LoggingLevel"]}
}

test_a_websocket_api_logs_every_route if {
	type := "AWS::ApiGatewayV2::Stage"
	stage := {"ApiId": "socket", "AccessLogSettings": access, "DefaultRouteSettings": {"LoggingLevel": "INFO"}}
	denied(type, stage) == set()
	denied(type, object.union(stage, {"RouteSettings": {"$connect": {"LoggingLevel": "OFF"}}})) == {[
		"RouteSettings",
		"$connect",
		"LoggingLevel",
	]}
}
