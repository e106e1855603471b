# What people type: the aws CLI against ec2fake. Each line that starts a call is one process of it.
set -euo pipefail

calls=0
call() { calls=$((calls + 1)); aws "$@" --output text; }

# is WANT CALL...: what a call prints.
is() {
	local want=$1 got
	shift
	calls=$((calls + 1))
	got=$(aws "$@" --output text)
	if [ "$got" != "$want" ]; then
		echo "aws $*: got '$got', not '$want'" >&2
		exit 1
	fi
}

# fails CODE CALL...: a call that is refused.
fails() {
	local code=$1 said
	shift
	calls=$((calls + 1))
	if said=$(aws "$@" --output text 2>&1); then
		echo "aws $*: succeeded, and should fail with $code" >&2
		exit 1
	fi
	case $said in
	*"($code)"*) ;;
	*) echo "aws $*: said '$said', not ($code)" >&2 && exit 1 ;;
	esac
}

is 123456789012 sts get-caller-identity --query Account
is us-east-1 ec2 describe-regions --region-names us-east-1 --query 'Regions[].RegionName'
is us-east-1a ec2 describe-availability-zones --query 'AvailabilityZones[0].ZoneName'
image=$(call ssm get-parameter --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 --query Parameter.Value)
is available ec2 describe-images --image-ids "$image" --query 'Images[].State'
is amazon ec2 describe-images --owners amazon --filters "Name=image-id,Values=$image" --query 'Images[].ImageOwnerAlias'
is 2048 ec2 describe-instance-types --instance-types t3.small --query 'InstanceTypes[].MemoryInfo.SizeInMiB'
is t3.small ec2 describe-instance-type-offerings --filters Name=instance-type,Values=t3.small --query 'InstanceTypeOfferings[].InstanceType'
vpc=$(call ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[].VpcId')
is True ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" Name=availability-zone,Values=us-east-1a --query 'Subnets[].DefaultForAz'

group=$(call ec2 create-security-group --group-name web --description 'web servers' --vpc-id "$vpc" --query GroupId)
is True ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 443 --cidr 0.0.0.0/0 --query Return
is 443 ec2 describe-security-groups --group-ids "$group" --query 'SecurityGroups[].IpPermissions[].ToPort'
is 1 ec2 describe-security-group-rules --filters "Name=group-id,Values=$group" --query 'length(SecurityGroupRules[?!IsEgress])'
fails InvalidPermission.Duplicate ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 443 --cidr 0.0.0.0/0
call ec2 create-key-pair --key-name me --key-type ed25519 --query KeyMaterial | grep -q 'BEGIN OPENSSH PRIVATE KEY'
is me ec2 describe-key-pairs --key-names me --query 'KeyPairs[].KeyName'

fails DryRunOperation ec2 run-instances --dry-run --image-id "$image" --instance-type t3.small
instance=$(call ec2 run-instances --image-id "$image" --instance-type t3.small --key-name me --security-group-ids "$group" \
	--user-data '#!/bin/sh' --metadata-options HttpTokens=required --client-token once \
	--tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web 1}]' --query 'Instances[].InstanceId')
is "$instance" ec2 run-instances --image-id "$image" --instance-type t3.small --key-name me --security-group-ids "$group" \
	--user-data '#!/bin/sh' --metadata-options HttpTokens=required --client-token once \
	--tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web 1}]' --query 'Instances[].InstanceId'
call ec2 wait instance-running --instance-ids "$instance"
call ec2 wait instance-status-ok --instance-ids "$instance"
is "web 1" ec2 describe-instances --filters 'Name=tag:Name,Values=web*' --query 'Reservations[].Instances[].Tags[].Value'
is required ec2 describe-instances --instance-ids "$instance" --query 'Reservations[].Instances[].MetadataOptions.HttpTokens'
is IyEvYmluL3No ec2 describe-instance-attribute --instance-id "$instance" --attribute userData --query UserData.Value
call ec2 create-tags --resources "$instance" --tags Key=role,Value='a & b'
is 'a & b' ec2 describe-tags --filters "Name=resource-id,Values=$instance" Name=key,Values=role --query 'Tags[].Value'

volume=$(call ec2 create-volume --availability-zone "$(call ec2 describe-instances --instance-ids "$instance" --query 'Reservations[].Instances[].Placement.AvailabilityZone')" \
	--size 1 --volume-type gp3 --query VolumeId)
call ec2 wait volume-available --volume-ids "$volume"
is attaching ec2 attach-volume --volume-id "$volume" --instance-id "$instance" --device /dev/sdf --query State
call ec2 wait volume-in-use --volume-ids "$volume"
fails VolumeInUse ec2 delete-volume --volume-id "$volume"
call ec2 detach-volume --volume-id "$volume" >/dev/null
call ec2 wait volume-available --volume-ids "$volume"
snapshot=$(call ec2 create-snapshot --volume-id "$volume" --description 'of an empty disk' --query SnapshotId)
call ec2 wait snapshot-completed --snapshot-ids "$snapshot"
is 'of an empty disk' ec2 describe-snapshots --owner-ids self --filters "Name=volume-id,Values=$volume" --query 'Snapshots[].Description'

golden=$(call ec2 create-image --instance-id "$instance" --name golden --query ImageId)
call ec2 wait image-available --image-ids "$golden"
is golden ec2 describe-images --owners self --query 'Images[].Name'
copy=$(call ec2 copy-image --region eu-west-1 --source-region us-east-1 --source-image-id "$golden" --name golden --query ImageId)
call ec2 wait image-available --region eu-west-1 --image-ids "$copy"
fails InvalidAMIName.Duplicate ec2 create-image --instance-id "$instance" --name golden

for _ in 1 2 3; do call ec2 allocate-address --query AllocationId >/dev/null; done
is 3 ec2 describe-addresses --query 'length(Addresses)'
call ec2 run-instances --image-id "$golden" --instance-type t3.small --count 12 --query 'Instances[].InstanceId' >/dev/null
# The paginator asks page after page; --query joins what they hold.
pages=$(aws ec2 describe-instances --page-size 5 --query 'Reservations[].Instances[].InstanceId' --output text | wc -w)
calls=$((calls + 1))
[ "$pages" = 13 ] || { echo "the pages hold $pages instances, not 13" >&2 && exit 1; }
some=$(aws ec2 describe-volumes --max-items 5 --query 'length(Volumes)' --output json)
calls=$((calls + 1))
[ "$some" = 5 ] || { echo "of at most 5 volumes $some are listed" >&2 && exit 1; }

is stopping ec2 stop-instances --instance-ids "$instance" --query 'StoppingInstances[].CurrentState.Name'
call ec2 wait instance-stopped --instance-ids "$instance"
call ec2 modify-instance-attribute --instance-id "$instance" --instance-type Value=t3.medium
is t3.medium ec2 describe-instances --instance-ids "$instance" --query 'Reservations[].Instances[].InstanceType'
is shutting-down ec2 terminate-instances --instance-ids "$instance" --query 'TerminatingInstances[].CurrentState.Name'
call ec2 wait instance-terminated --instance-ids "$instance"
fails InvalidInstanceID.NotFound ec2 describe-instances --instance-ids i-0123456789abcdef0
fails InvalidParameterValue ec2 describe-images --filters Name=colour,Values=red
fails ParameterNotFound ssm get-parameter --name /nothing
is 1 ssm put-parameter --name /golden --value "$golden" --type String --query Version
is "$golden" ssm get-parameters --names /golden --query 'Parameters[].Value'
key=$(call kms create-key --description ours --query KeyMetadata.KeyId)
call kms create-alias --alias-name alias/ours --target-key-id "$key"
is Enabled kms describe-key --key-id alias/ours --query KeyMetadata.KeyState

echo "calls: $calls"
