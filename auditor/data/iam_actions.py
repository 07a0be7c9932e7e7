"""Actions by the kind of resource that their requests name.

Service Authorization Reference (the links), as of cfn-lint 1.58.0; a test compares these tables with the ones it ships.
"""

from __future__ import annotations

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
_S3_OBJECT = """
s3:AbortMultipartUpload s3:BypassGovernanceRetention s3:DeleteObject s3:DeleteObjectAnnotation s3:DeleteObjectTagging
s3:DeleteObjectVersion s3:DeleteObjectVersionAnnotation s3:DeleteObjectVersionTagging s3:GetObject s3:GetObjectAcl
s3:GetObjectAnnotation s3:GetObjectAttributes s3:GetObjectLegalHold s3:GetObjectRetention s3:GetObjectTagging
s3:GetObjectTorrent s3:GetObjectVersion s3:GetObjectVersionAcl s3:GetObjectVersionAnnotation
s3:GetObjectVersionAnnotationForReplication s3:GetObjectVersionAttributes s3:GetObjectVersionForReplication
s3:GetObjectVersionTagging s3:GetObjectVersionTorrent s3:InitiateReplication s3:ListMultipartUploadParts
s3:ListObjectAnnotations s3:ListObjectVersionAnnotations s3:ObjectOwnerOverrideToBucketOwner s3:PutObject
s3:PutObjectAcl s3:PutObjectAnnotation s3:PutObjectLegalHold s3:PutObjectRetention s3:PutObjectTagging
s3:PutObjectVersionAcl s3:PutObjectVersionAnnotation s3:PutObjectVersionTagging s3:ReplicateDelete s3:ReplicateObject
s3:ReplicateObjectAnnotation s3:ReplicateTags s3:RestoreObject s3:UpdateObjectEncryption
"""
S3_OBJECT: tuple[str, ...] = tuple(_S3_OBJECT.split())

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
_S3_BUCKET = """
s3:AllowVendedLogDeliveryForResource s3:CreateBucket s3:CreateBucketMetadataTableConfiguration s3:DeleteBucket
s3:DeleteBucketMetadataTableConfiguration s3:DeleteBucketPolicy s3:DeleteBucketWebsite s3:GetAccelerateConfiguration
s3:GetAnalyticsConfiguration s3:GetBucketAbac s3:GetBucketAcl s3:GetBucketCors s3:GetBucketLocation
s3:GetBucketLogging s3:GetBucketMetadataTableConfiguration s3:GetBucketNotification
s3:GetBucketObjectLockConfiguration s3:GetBucketOwnershipControls s3:GetBucketPolicy s3:GetBucketPolicyStatus
s3:GetBucketPublicAccessBlock s3:GetBucketRequestPayment s3:GetBucketTagging s3:GetBucketVersioning
s3:GetBucketWebsite s3:GetEncryptionConfiguration s3:GetIntelligentTieringConfiguration s3:GetInventoryConfiguration
s3:GetLifecycleConfiguration s3:GetMetricsConfiguration s3:GetReplicationConfiguration s3:ListBucket
s3:ListBucketMultipartUploads s3:ListBucketVersions s3:ListTagsForResource s3:PauseReplication
s3:PutAccelerateConfiguration s3:PutAnalyticsConfiguration s3:PutBucketAbac s3:PutBucketAcl s3:PutBucketCors
s3:PutBucketLogging s3:PutBucketNotification s3:PutBucketObjectLockConfiguration s3:PutBucketOwnershipControls
s3:PutBucketPolicy s3:PutBucketPublicAccessBlock s3:PutBucketRequestPayment s3:PutBucketTagging s3:PutBucketVersioning
s3:PutBucketWebsite s3:PutEncryptionConfiguration s3:PutIntelligentTieringConfiguration s3:PutInventoryConfiguration
s3:PutLifecycleConfiguration s3:PutMetricsConfiguration s3:PutReplicationConfiguration s3:TagResource s3:UntagResource
s3:UpdateBucketMetadataAnnotationTableConfiguration s3:UpdateBucketMetadataInventoryTableConfiguration
s3:UpdateBucketMetadataJournalTableConfiguration
"""
S3_BUCKET: tuple[str, ...] = tuple(_S3_BUCKET.split())

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
_SNS_TOPIC = """
sns:AddPermission sns:ConfirmSubscription sns:CreateTopic sns:DeleteTopic sns:GetDataProtectionPolicy
sns:GetSubscriptionAttributes sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:ListTagsForResource sns:Publish
sns:PutDataProtectionPolicy sns:RemovePermission sns:SetSubscriptionAttributes sns:SetTopicAttributes sns:Subscribe
sns:TagResource sns:Unsubscribe sns:UntagResource
"""
SNS_TOPIC: tuple[str, ...] = tuple(_SNS_TOPIC.split())

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
_SQS_QUEUE = """
sqs:AddPermission sqs:CancelMessageMoveTask sqs:ChangeMessageVisibility sqs:CreateQueue sqs:DeleteMessage
sqs:DeleteQueue sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListDeadLetterSourceQueues sqs:ListMessageMoveTasks
sqs:ListQueueTags sqs:PurgeQueue sqs:ReceiveMessage sqs:RemovePermission sqs:SendMessage sqs:SetQueueAttributes
sqs:StartMessageMoveTask sqs:TagQueue sqs:UntagQueue
"""
SQS_QUEUE: tuple[str, ...] = tuple(_SQS_QUEUE.split())

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
_KMS_KEY = """
kms:CancelKeyDeletion kms:CreateAlias kms:CreateGrant kms:Decrypt kms:DeleteAlias kms:DeleteImportedKeyMaterial
kms:DeriveSharedSecret kms:DescribeKey kms:DisableKey kms:DisableKeyRotation kms:EnableKey kms:EnableKeyRotation
kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext
kms:GenerateDataKeyWithoutPlaintext kms:GenerateMac kms:GetKeyLastUsage kms:GetKeyPolicy kms:GetKeyRotationStatus
kms:GetParametersForImport kms:GetPublicKey kms:ImportKeyMaterial kms:ListGrants kms:ListKeyPolicies
kms:ListKeyRotations kms:ListResourceTags kms:PutKeyPolicy kms:ReEncryptFrom kms:ReEncryptTo kms:ReplicateKey
kms:RetireGrant kms:RevokeGrant kms:RotateKeyOnDemand kms:ScheduleKeyDeletion kms:Sign kms:SynchronizeMultiRegionKey
kms:TagResource kms:UntagResource kms:UpdateAlias kms:UpdateKeyDescription kms:UpdatePrimaryRegion kms:Verify
kms:VerifyMac
"""
KMS_KEY: tuple[str, ...] = tuple(_KMS_KEY.split())

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
_SECRET = """
secretsmanager:CancelRotateSecret secretsmanager:CreateSecret secretsmanager:DeleteResourcePolicy
secretsmanager:DeleteSecret secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy
secretsmanager:GetSecretValue secretsmanager:ListSecretVersionIds secretsmanager:PutResourcePolicy
secretsmanager:PutSecretValue secretsmanager:RemoveRegionsFromReplication secretsmanager:ReplicateSecretToRegions
secretsmanager:RestoreSecret secretsmanager:RotateSecret secretsmanager:StopReplicationToReplica
secretsmanager:TagResource secretsmanager:UntagResource secretsmanager:UpdateSecret
secretsmanager:UpdateSecretVersionStage secretsmanager:ValidateResourcePolicy
"""
SECRET: tuple[str, ...] = tuple(_SECRET.split())

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
_ECR_REPOSITORY = """
ecr:BatchCheckLayerAvailability ecr:BatchDeleteImage ecr:BatchGetImage ecr:BatchGetRepositoryScanningConfiguration
ecr:BatchImportUpstreamImage ecr:CompleteLayerUpload ecr:CreateRepository ecr:DeleteLifecyclePolicy
ecr:DeleteRepository ecr:DeleteRepositoryPolicy ecr:DescribeImageReplicationStatus ecr:DescribeImages
ecr:DescribeImageScanFindings ecr:DescribeImageSigningStatus ecr:DescribeRepositories ecr:GetDownloadUrlForLayer
ecr:GetImageCopyStatus ecr:GetLifecyclePolicy ecr:GetLifecyclePolicyPreview ecr:GetRepositoryPolicy
ecr:InitiateLayerUpload ecr:ListImages ecr:ListTagsForResource ecr:PutImage ecr:PutImageScanningConfiguration
ecr:PutImageTagMutability ecr:PutLifecyclePolicy ecr:ReplicateImage ecr:SetRepositoryPolicy ecr:StartImageScan
ecr:StartLifecyclePolicyPreview ecr:TagResource ecr:UntagResource ecr:UpdateImageStorageClass ecr:UploadLayerPart
"""
ECR_REPOSITORY: tuple[str, ...] = tuple(_ECR_REPOSITORY.split())
