resource "aws_ebs_snapshot" "data" {
  volume_id   = aws_ebs_volume.data.id
  description = "Before the change"
  tags        = { release = var.revised ? "2" : "1" }
}

data "aws_kms_alias" "ebs" {
  name = "alias/aws/ebs"
}

# The provider wants to replace a copy whose key isn't named: EC2 tells which one it is.
resource "aws_ebs_snapshot_copy" "data" {
  source_snapshot_id = aws_ebs_snapshot.data.id
  source_region      = "us-east-1"
  description        = "A copy"
  encrypted          = true
  kms_key_id         = data.aws_kms_alias.ebs.target_key_arn
  tags               = { release = var.revised ? "2" : "1" }
}

resource "aws_ebs_volume" "plain" {
  availability_zone = "us-east-1c"
  size              = 1
}

resource "aws_ebs_snapshot" "plain" {
  volume_id = aws_ebs_volume.plain.id
}

resource "aws_snapshot_create_volume_permission" "partner" {
  snapshot_id = aws_ebs_snapshot.plain.id
  account_id  = "210987654321"
}

data "aws_ebs_snapshot" "data" {
  owners = ["self"]
  filter {
    name   = "snapshot-id"
    values = [aws_ebs_snapshot.data.id]
  }
}

output "snapshot" { value = aws_ebs_snapshot.data }
output "snapshot_copy" { value = aws_ebs_snapshot_copy.data }
output "found_snapshot" { value = data.aws_ebs_snapshot.data }
