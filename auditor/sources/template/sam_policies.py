"""SAM policy templates: what the inline policy that each of them becomes allows.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
The first word of a row is the service, the others are its actions. `SCOPED` are limited to the resource that
the template's parameters name, `ON_ALL` are allowed on `*`.
"""

from __future__ import annotations

SCOPED = {
    "AWSSecretsManagerGetSecretValuePolicy": "secretsmanager GetSecretValue",
    "AWSSecretsManagerRotationPolicy": (
        "secretsmanager DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage GetRandomPassword"
    ),
    "AcmGetCertificatePolicy": "acm GetCertificate",
    "AthenaQueryPolicy": (
        "athena ListWorkGroups GetExecutionEngine GetExecutionEngines GetNamespace GetCatalogs GetNamespaces GetTables"
        " GetTable StartQueryExecution GetQueryResults DeleteNamedQuery GetNamedQuery ListQueryExecutions"
        " StopQueryExecution GetQueryResultsStream ListNamedQueries CreateNamedQuery GetQueryExecution"
        " BatchGetNamedQuery BatchGetQueryExecution GetWorkGroup"
    ),
    "CloudFormationDescribeStacksPolicy": "cloudformation DescribeStacks",
    "CodeCommitCrudPolicy": (
        "codecommit GitPull GitPush CreateBranch DeleteBranch GetBranch ListBranches MergeBranchesByFastForward"
        " MergeBranchesBySquash MergeBranchesByThreeWay UpdateDefaultBranch BatchDescribeMergeConflicts"
        " CreateUnreferencedMergeCommit DescribeMergeConflicts GetMergeCommit GetMergeOptions BatchGetPullRequests"
        " CreatePullRequest DescribePullRequestEvents GetCommentsForPullRequest GetCommitsFromMergeBase"
        " GetMergeConflicts GetPullRequest ListPullRequests MergePullRequestByFastForward MergePullRequestBySquash"
        " MergePullRequestByThreeWay PostCommentForPullRequest UpdatePullRequestDescription UpdatePullRequestStatus"
        " UpdatePullRequestTitle DeleteFile GetBlob GetFile GetFolder PutFile DeleteCommentContent GetComment"
        " GetCommentsForComparedCommit PostCommentForComparedCommit PostCommentReply UpdateComment BatchGetCommits"
        " CreateCommit GetCommit GetCommitHistory GetDifferences GetObjectIdentifier GetReferences GetTree"
        " GetRepository UpdateRepositoryDescription ListTagsForResource TagResource UntagResource"
        " GetRepositoryTriggers PutRepositoryTriggers TestRepositoryTriggers UploadArchive GetUploadArchiveStatus"
        " CancelUploadArchive"
    ),
    "CodeCommitReadPolicy": (
        "codecommit GitPull GetBranch ListBranches BatchDescribeMergeConflicts DescribeMergeConflicts GetMergeCommit"
        " GetMergeOptions BatchGetPullRequests DescribePullRequestEvents GetCommentsForPullRequest"
        " GetCommitsFromMergeBase GetMergeConflicts GetPullRequest ListPullRequests GetBlob GetFile GetFolder"
        " GetComment GetCommentsForComparedCommit BatchGetCommits GetCommit GetCommitHistory GetDifferences"
        " GetObjectIdentifier GetReferences GetTree GetRepository ListTagsForResource GetRepositoryTriggers"
        " TestRepositoryTriggers GetUploadArchiveStatus"
    ),
    "CodePipelineReadOnlyPolicy": "codepipeline ListPipelineExecutions",
    "DynamoDBBackupFullAccessPolicy": (
        "dynamodb CreateBackup DescribeContinuousBackups DeleteBackup DescribeBackup ListBackups"
    ),
    "DynamoDBCrudPolicy": (
        "dynamodb GetItem DeleteItem PutItem Scan Query UpdateItem BatchWriteItem BatchGetItem DescribeTable"
        " ConditionCheckItem"
    ),
    "DynamoDBReadPolicy": "dynamodb GetItem Scan Query BatchGetItem DescribeTable",
    "DynamoDBReconfigurePolicy": "dynamodb UpdateTable",
    "DynamoDBRestoreFromBackupPolicy": (
        "dynamodb RestoreTableFromBackup PutItem UpdateItem DeleteItem GetItem Query Scan BatchWriteItem"
    ),
    "DynamoDBStreamReadPolicy": "dynamodb DescribeStream GetRecords GetShardIterator ListStreams",
    "DynamoDBWritePolicy": "dynamodb PutItem UpdateItem BatchWriteItem",
    "EC2CopyImagePolicy": "ec2 CopyImage",
    "EFSWriteAccessPolicy": "elasticfilesystem ClientMount ClientWrite",
    "EcsRunTaskPolicy": "ecs RunTask",
    "ElasticMapReduceAddJobFlowStepsPolicy": "elasticmapreduce AddJobFlowSteps",
    "ElasticMapReduceCancelStepsPolicy": "elasticmapreduce CancelSteps",
    "ElasticMapReduceModifyInstanceFleetPolicy": "elasticmapreduce ModifyInstanceFleet ListInstanceFleets",
    "ElasticMapReduceModifyInstanceGroupsPolicy": "elasticmapreduce ModifyInstanceGroups ListInstanceGroups",
    "ElasticMapReduceSetTerminationProtectionPolicy": "elasticmapreduce SetTerminationProtection",
    "ElasticMapReduceTerminateJobFlowsPolicy": "elasticmapreduce TerminateJobFlows",
    "ElasticsearchHttpPostPolicy": "es ESHttpPost ESHttpPut",
    "EventBridgePutEventsPolicy": "events PutEvents",
    "FilterLogEventsPolicy": "logs FilterLogEvents",
    "FirehoseCrudPolicy": (
        "firehose CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream PutRecord PutRecordBatch"
        " UpdateDestination"
    ),
    "FirehoseWritePolicy": "firehose PutRecord PutRecordBatch",
    "KMSDecryptPolicy": "kms Decrypt",
    "KMSEncryptPolicy": "kms Encrypt",
    "KMSEncryptPolicy_v2": (
        "kms Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair"
        " GenerateDataKeyPairWithoutPlaintext"
    ),
    "KinesisCrudPolicy": (
        "kinesis AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream"
        " DescribeStreamSummary GetShardIterator IncreaseStreamRetentionPeriod ListTagsForStream MergeShards PutRecord"
        " PutRecords SplitShard RemoveTagsFromStream"
    ),
    "KinesisStreamReadPolicy": (
        "kinesis ListStreams DescribeLimits DescribeStream DescribeStreamSummary GetRecords GetShardIterator"
    ),
    "LambdaInvokePolicy": "lambda InvokeFunction",
    "PinpointEndpointAccessPolicy": "mobiletargeting GetEndpoint UpdateEndpoint UpdateEndpointsBatch",
    "PollyFullAccessPolicy": "polly GetLexicon DeleteLexicon DescribeVoices ListLexicons PutLexicon SynthesizeSpeech",
    "RekognitionFacesManagementPolicy": "rekognition IndexFaces DeleteFaces SearchFaces SearchFacesByImage ListFaces",
    "RekognitionNoDataAccessPolicy": "rekognition CompareFaces DetectFaces DetectLabels DetectModerationLabels",
    "RekognitionReadPolicy": "rekognition ListCollections ListFaces SearchFaces SearchFacesByImage",
    "RekognitionWriteOnlyAccessPolicy": "rekognition CreateCollection IndexFaces",
    "Route53ChangeResourceRecordSetsPolicy": "route53 ChangeResourceRecordSets",
    "S3CrudPolicy": (
        "s3 GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl GetLifecycleConfiguration"
        " PutLifecycleConfiguration DeleteObject"
    ),
    "S3FullAccessPolicy": (
        "s3 GetObject GetObjectAcl GetObjectVersion PutObject PutObjectAcl DeleteObject DeleteObjectTagging"
        " DeleteObjectVersionTagging GetObjectTagging GetObjectVersionTagging PutObjectTagging PutObjectVersionTagging"
        " ListBucket GetBucketLocation GetLifecycleConfiguration PutLifecycleConfiguration"
    ),
    "S3ReadPolicy": "s3 GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration",
    "S3WritePolicy": "s3 PutObject PutObjectAcl PutLifecycleConfiguration",
    "SESBulkTemplatedCrudPolicy": (
        "ses GetIdentityVerificationAttributes SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail"
        " VerifyEmailIdentity"
    ),
    "SESBulkTemplatedCrudPolicy_v2": (
        "ses SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail GetIdentityVerificationAttributes"
        " VerifyEmailIdentity"
    ),
    "SESCrudPolicy": "ses GetIdentityVerificationAttributes SendEmail SendRawEmail VerifyEmailIdentity",
    "SESSendBouncePolicy": "ses SendBounce",
    "SNSCrudPolicy": "sns ListSubscriptionsByTopic CreateTopic SetTopicAttributes Subscribe Publish",
    "SNSPublishMessagePolicy": "sns Publish",
    "SQSPollerPolicy": (
        "sqs ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch GetQueueAttributes"
        " ReceiveMessage"
    ),
    "SQSSendMessagePolicy": "sqs SendMessage*",
    "SSMParameterReadPolicy": "ssm DescribeParameters GetParameters GetParameter GetParametersByPath",
    "SSMParameterWithSlashPrefixReadPolicy": "ssm DescribeParameters GetParameters GetParameter GetParametersByPath",
    "SageMakerCreateEndpointConfigPolicy": "sagemaker CreateEndpointConfig",
    "SageMakerCreateEndpointPolicy": "sagemaker CreateEndpoint",
    "ServerlessRepoReadWriteAccessPolicy": (
        "serverlessrepo CreateApplication CreateApplicationVersion UpdateApplication GetApplication ListApplications"
        " ListApplicationVersions ListApplicationDependencies"
    ),
    "StepFunctionsCallbackPolicy": "states SendTaskFailure SendTaskHeartbeat SendTaskSuccess",
    "StepFunctionsExecutionPolicy": "states StartExecution",
    "StepFunctionsExecutionPolicy_v2": "states StartExecution StartSyncExecution",
}

ON_ALL = {
    "AMIDescribePolicy": "ec2 DescribeImages",
    "CloudWatchDashboardPolicy": "cloudwatch GetDashboard ListDashboards PutDashboard ListMetrics",
    "CloudWatchDescribeAlarmHistoryPolicy": "cloudwatch DescribeAlarmHistory",
    "CloudWatchPutMetricPolicy": "cloudwatch PutMetricData",
    "CodePipelineLambdaExecutionPolicy": "codepipeline PutJobSuccessResult PutJobFailureResult",
    "ComprehendBasicAccessPolicy": (
        "comprehend BatchDetectKeyPhrases DetectDominantLanguage DetectEntities BatchDetectEntities DetectKeyPhrases"
        " DetectSentiment BatchDetectDominantLanguage BatchDetectSentiment"
    ),
    "CostExplorerReadOnlyPolicy": (
        "ce GetCostAndUsage GetDimensionValues GetReservationCoverage GetReservationPurchaseRecommendation"
        " GetReservationUtilization GetTags"
    ),
    "EC2DescribePolicy": "ec2 DescribeRegions DescribeInstances",
    "EKSDescribePolicy": "eks DescribeCluster ListClusters",
    "MobileAnalyticsWriteOnlyAccessPolicy": "mobileanalytics PutEvents",
    "OrganizationsListAccountsPolicy": "organizations ListAccounts",
    "RekognitionDetectOnlyPolicy": "rekognition DetectFaces DetectLabels DetectModerationLabels DetectText",
    "RekognitionFacesPolicy": "rekognition CompareFaces DetectFaces",
    "RekognitionLabelsPolicy": "rekognition DetectLabels DetectModerationLabels",
    "SESEmailTemplateCrudPolicy": (
        "ses CreateTemplate GetTemplate ListTemplates UpdateTemplate DeleteTemplate TestRenderTemplate"
    ),
    "TextractDetectAnalyzePolicy": (
        "textract DetectDocumentText StartDocumentTextDetection StartDocumentAnalysis AnalyzeDocument"
    ),
    "TextractGetResultPolicy": "textract GetDocumentTextDetection GetDocumentAnalysis",
    "TextractPolicy": "textract *",
    "VPCAccessPolicy": (
        "ec2 CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DetachNetworkInterface"
    ),
}

# AWS managed policies that functions use and whose ARN has a path, which SAM finds by their bare name.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
WITH_PATH = {
    name: f"service-role/{name}"
    for name in (
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaENIManagementAccess",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaMSKExecutionRole",
        "AWSLambdaRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
    )
}
