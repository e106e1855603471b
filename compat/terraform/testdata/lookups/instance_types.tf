data "aws_ec2_instance_type" "medium" {
  instance_type = "m7g.medium"
}

data "aws_ec2_instance_types" "burstable" {
  filter {
    name   = "burstable-performance-supported"
    values = ["true"]
  }
  filter {
    name   = "processor-info.supported-architecture"
    values = ["arm64"]
  }
}

data "aws_ec2_instance_type_offering" "preferred" {
  filter {
    name   = "instance-type"
    values = ["m7g.medium", "t4g.micro"]
  }
  preferred_instance_types = ["t4g.micro", "m7g.medium"]
}

data "aws_ec2_instance_type_offerings" "zones" {
  location_type = "availability-zone"
  filter {
    name   = "instance-type"
    values = ["m7g.medium"]
  }
}

output "type" {
  value = {
    vcpus         = data.aws_ec2_instance_type.medium.default_vcpus
    memory        = data.aws_ec2_instance_type.medium.memory_size
    architectures = data.aws_ec2_instance_type.medium.supported_architectures
    hypervisor    = data.aws_ec2_instance_type.medium.hypervisor
  }
}

output "burstable" { value = sort(data.aws_ec2_instance_types.burstable.instance_types) }
output "preferred" { value = data.aws_ec2_instance_type_offering.preferred.instance_type }
output "offered" { value = sort(data.aws_ec2_instance_type_offerings.zones.locations) }
