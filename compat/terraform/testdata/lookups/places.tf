data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_regions" "all" {}

data "aws_availability_zones" "open" {
  state = "available"
}

data "aws_availability_zone" "first" {
  name = data.aws_availability_zones.open.names[0]
}

output "account" { value = data.aws_caller_identity.me.account_id }

output "region" {
  value = {
    name        = data.aws_region.here.name
    description = data.aws_region.here.description
    endpoint    = data.aws_region.here.endpoint
  }
}

output "regions" { value = data.aws_regions.all.names }
output "zones" { value = data.aws_availability_zones.open.names }

output "zone" {
  value = {
    region        = data.aws_availability_zone.first.region
    name_suffix   = data.aws_availability_zone.first.name_suffix
    zone_type     = data.aws_availability_zone.first.zone_type
    opt_in_status = data.aws_availability_zone.first.opt_in_status
  }
}
