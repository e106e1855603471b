"""What people write: boto3's clients, resources, waiters and paginators against ec2fake."""

import boto3
from botocore.exceptions import ClientError

calls = 0


def count(**_):
    global calls
    calls += 1


session = boto3.Session()
session.events.register("before-send", count)
ec2, sts, ssm, kms = (session.client(s) for s in ("ec2", "sts", "ssm", "kms"))
resource = session.resource("ec2")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        assert e.response["ResponseMetadata"]["RequestId"], e.response
        return
    raise AssertionError(f"{call} succeeded, and should fail with {code}")


assert sts.get_caller_identity()["Account"] == "123456789012"
role = sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/friend", RoleSessionName="us")["Credentials"]
friend = session.client(
    "ec2", aws_access_key_id=role["AccessKeyId"], aws_secret_access_key=role["SecretAccessKey"], aws_session_token=role["SessionToken"]
)

assert {"us-east-1", "eu-west-1"} <= {r["RegionName"] for r in ec2.describe_regions()["Regions"]}
zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
types = [t for page in ec2.get_paginator("describe_instance_types").paginate() for t in page["InstanceTypes"]]
assert len(types) > 500 and len({t["InstanceType"] for t in types}) == len(types)
image = ssm.get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")["Parameter"]["Value"]
found = ec2.describe_images(ImageIds=[image])["Images"]
assert found[0]["Architecture"] == "x86_64" and found[0]["RootDeviceName"] == "/dev/xvda", found
assert ec2.describe_images(Owners=["self"])["Images"] == []
assert ec2.describe_instances()["Reservations"] == []
assert ec2.describe_volumes()["Volumes"] == []
assert ec2.describe_key_pairs()["KeyPairs"] == []
assert ec2.describe_addresses()["Addresses"] == []
assert ec2.describe_tags()["Tags"] == []

vpc = next(iter(resource.vpcs.filter(Filters=[{"Name": "is-default", "Values": ["true"]}])))
assert vpc.cidr_block == "172.31.0.0/16" and len(list(vpc.subnets.all())) == 6
group = resource.create_security_group(GroupName="web", Description="web servers", VpcId=vpc.id)
group.authorize_ingress(IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all & sundry"}]}])
group.reload()
assert group.ip_permissions[0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0", "Description": "all & sundry"}]
pair = resource.create_key_pair(KeyName="me")
assert pair.key_material.startswith("-----BEGIN RSA PRIVATE KEY-----")

refused("DryRunOperation", ec2.run_instances, ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, DryRun=True)
web, db = resource.create_instances(
    ImageId=image, InstanceType="t3.micro", MinCount=2, MaxCount=2, KeyName="me", SecurityGroupIds=[group.id], UserData="#!/bin/sh\necho ü\n",
    BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "Encrypted": True}}],
    TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "<web>"}]}],
)
web.wait_until_running()
web.reload()
assert web.state == {"Code": 16, "Name": "running"} and web.tags == [{"Key": "Name", "Value": "<web>"}], web.meta.data
assert web.image.id == image and web.vpc.id == vpc.id and web.security_groups[0]["GroupId"] == group.id
assert web.public_ip_address and web.launch_time.tzinfo is not None
assert web.describe_attribute(Attribute="userData")["UserData"]["Value"] == "IyEvYmluL3NoCmVjaG8gw7wK"
root = next(iter(web.volumes.all()))
assert root.size == 20 and root.encrypted and root.attachments[0]["Device"] == "/dev/xvda"
ec2.get_waiter("instance_status_ok").wait(InstanceIds=[web.id])
assert "Output" in web.console_output()

web.create_tags(Tags=[{"Key": "role", "Value": "front"}])
assert [i.id for i in resource.instances.filter(Filters=[{"Name": "tag:role", "Values": ["fr?nt"]}])] == [web.id]
db.stop()
db.wait_until_stopped()
db.modify_attribute(InstanceType={"Value": "t3.small"})
db.start()
db.wait_until_running()
db.reload()
assert db.instance_type == "t3.small"

volume = resource.create_volume(AvailabilityZone=web.placement["AvailabilityZone"], Size=1)
ec2.get_waiter("volume_available").wait(VolumeIds=[volume.id])
volume.attach_to_instance(InstanceId=web.id, Device="/dev/sdf")
ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume.id])
refused("VolumeInUse", volume.delete)
snapshot = volume.create_snapshot(Description="one")
snapshot.wait_until_completed()
assert snapshot.volume_size == 1 and snapshot.owner_id == "123456789012"

golden = web.create_image(Name="golden", NoReboot=True)
golden.wait_until_exists(Filters=[{"Name": "state", "Values": ["available"]}])
golden.reload()
assert golden.name == "golden" and not golden.public and len(golden.block_device_mappings) == 2
refused("InvalidAMIID.NotFound", friend.describe_images, ImageIds=[golden.id])
plain = ec2.register_image(Name="plain", RootDeviceName="/dev/xvda", VirtualizationType="hvm", Architecture="x86_64", EnaSupport=True,
                           BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot.id}}])["ImageId"]
ec2.modify_image_attribute(ImageId=plain, LaunchPermission={"Add": [{"UserId": "111122223333"}]})
assert friend.describe_images(ExecutableUsers=["self"])["Images"][0]["ImageId"] == plain
europe = session.client("ec2", region_name="eu-west-1")
copied = europe.copy_image(SourceRegion="us-east-1", SourceImageId=golden.id, Name="golden")["ImageId"]
europe.get_waiter("image_available").wait(ImageIds=[copied])

address = resource.VpcAddress(ec2.allocate_address(Domain="vpc")["AllocationId"])
address.associate(InstanceId=web.id)
address.reload()
assert address.instance_id == web.id
refused("InvalidInstanceID.Malformed", ec2.describe_instances, InstanceIds=["web"])
refused("MissingParameter", ec2.create_volume, AvailabilityZone=zone)
refused("ParameterNotFound", ssm.get_parameter, Name="/nothing")
ssm.put_parameter(Name="/golden", Value=golden.id, Type="String")
assert ssm.get_parameters_by_path(Path="/")["Parameters"][0]["Value"] == golden.id
key = kms.create_key(Description="ours", Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]
assert key["Enabled"] and key["CreationDate"].tzinfo is not None
refused("NotFoundException", kms.describe_key, KeyId="alias/nothing")

ids = [i["InstanceId"] for p in ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}) for r in p["Reservations"] for i in r["Instances"]]
assert sorted(ids) == sorted([web.id, db.id])
golden.deregister()
web.terminate()
web.wait_until_terminated()
assert web.reload() is None and web.state["Name"] == "terminated"

print("calls:", calls)
