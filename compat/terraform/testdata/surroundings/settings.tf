resource "aws_ebs_encryption_by_default" "here" {
  enabled = var.revised
}

resource "aws_ebs_snapshot_block_public_access" "here" {
  state = var.revised ? "block-new-sharing" : "block-all-sharing"
}

resource "aws_ec2_image_block_public_access" "here" {
  state = var.revised ? "unblocked" : "block-new-sharing"
}

resource "aws_ec2_instance_metadata_defaults" "here" {
  http_tokens                 = "required"
  http_put_response_hop_limit = var.revised ? 3 : 2
}
