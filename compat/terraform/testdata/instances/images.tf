resource "aws_ami_from_instance" "golden" {
  name               = "golden"
  description        = var.revised ? "The web server, revised" : "The web server"
  source_instance_id = aws_instance.web.id
  tags               = { release = var.revised ? "2" : "1" }
}

resource "aws_ami_copy" "copy" {
  name              = "golden-copy"
  description       = var.revised ? "A copy, revised" : "A copy"
  source_ami_id     = aws_ami_from_instance.golden.id
  source_ami_region = "us-east-1"
  encrypted         = true
  tags              = { release = var.revised ? "2" : "1" }
}

resource "aws_ami" "registered" {
  name                = "registered"
  description         = var.revised ? "Of a snapshot, revised" : "Of a snapshot"
  architecture        = "x86_64"
  virtualization_type = "hvm"
  root_device_name    = "/dev/xvda"
  ena_support         = true
  boot_mode           = "uefi-preferred"
  imds_support        = "v2.0"

  ebs_block_device {
    device_name = "/dev/xvda"
    snapshot_id = aws_ebs_snapshot.root.id
    volume_size = 12
    volume_type = "gp3"
  }

  lifecycle {
    ignore_changes = [deprecation_time] # EC2 sets it when the image becomes public
  }

  tags = { release = var.revised ? "2" : "1" }
}

resource "aws_ebs_volume" "root" {
  availability_zone = "us-east-1a"
  size              = 8
}

resource "aws_ebs_snapshot" "root" {
  volume_id = aws_ebs_volume.root.id
}

resource "aws_ec2_image_block_public_access" "here" {
  state = "unblocked"
}

# Nothing of it is encrypted, so others may have it.
resource "aws_ami_launch_permission" "partner" {
  image_id   = aws_ami.registered.id
  account_id = "210987654321"
}

resource "aws_ami_launch_permission" "everybody" {
  count    = var.revised ? 1 : 0
  image_id = aws_ami.registered.id
  group    = "all"

  depends_on = [aws_ec2_image_block_public_access.here]
}

output "golden" { value = aws_ami_from_instance.golden }
output "image_copy" { value = aws_ami_copy.copy }

output "registered" {
  value = {
    id               = aws_ami.registered.id
    boot_mode        = aws_ami.registered.boot_mode
    ebs_block_device = aws_ami.registered.ebs_block_device
  }
}
