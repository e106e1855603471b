data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_subnet" "each" {
  for_each = toset(data.aws_subnets.default.ids)
  id       = each.value
}

data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.default.id
  name   = "default"
}

data "aws_internet_gateway" "default" {
  filter {
    name   = "attachment.vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_route_table" "main" {
  vpc_id = data.aws_vpc.default.id
  filter {
    name   = "association.main"
    values = ["true"]
  }
}

data "aws_network_acls" "default" {
  vpc_id = data.aws_vpc.default.id
}

data "aws_kms_alias" "ebs" {
  name = "alias/aws/ebs"
}

data "aws_ebs_encryption_by_default" "here" {}

output "vpc" {
  value = {
    cidr_block    = data.aws_vpc.default.cidr_block
    dns_hostnames = data.aws_vpc.default.enable_dns_hostnames
    tenancy       = data.aws_vpc.default.instance_tenancy
  }
}

output "subnets" { value = { for s in data.aws_subnet.each : s.availability_zone => s.cidr_block } }
output "group_of" { value = data.aws_security_group.default.vpc_id == data.aws_vpc.default.id }

output "default_way" {
  value = {
    cidr_block = data.aws_route_table.main.routes[0].cidr_block
    is_gateway = data.aws_route_table.main.routes[0].gateway_id == data.aws_internet_gateway.default.id
  }
}

output "acls" { value = length(data.aws_network_acls.default.ids) }
output "key" { value = data.aws_kms_alias.ebs.target_key_id != "" }
output "encrypts" { value = data.aws_ebs_encryption_by_default.here.enabled }
