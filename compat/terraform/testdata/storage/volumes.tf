resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1b"
  size              = var.revised ? 200 : 100
  type              = "gp3"
  iops              = var.revised ? 5000 : 3000
  throughput        = var.revised ? 250 : 125
  encrypted         = true
  tags              = { Name = var.revised ? "data-2" : "data" }
}

resource "aws_ebs_volume" "shared" {
  availability_zone    = "us-east-1b"
  size                 = 10
  type                 = "io2"
  iops                 = 1000
  multi_attach_enabled = true
  final_snapshot       = false
}

data "aws_ebs_volume" "data" {
  most_recent = true
  filter {
    name   = "volume-id"
    values = [aws_ebs_volume.data.id]
  }
}

output "data" { value = aws_ebs_volume.data }
output "found" { value = data.aws_ebs_volume.data }
