data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

# It is stopped for other user data.
resource "aws_instance" "host" {
  ami               = data.aws_ami.linux.id
  instance_type     = "m7i.large"
  availability_zone = "us-east-1b"
  user_data         = var.revised ? "#!/bin/sh\n: new\n" : "#!/bin/sh\n: old\n"
  tags              = { Name = "host" }
}

resource "aws_volume_attachment" "data" {
  device_name                    = "/dev/sdg"
  volume_id                      = aws_ebs_volume.data.id
  instance_id                    = aws_instance.host.id
  stop_instance_before_detaching = var.revised
}

resource "aws_volume_attachment" "shared" {
  device_name = "/dev/sdh"
  volume_id   = aws_ebs_volume.shared.id
  instance_id = aws_instance.host.id
}

output "host" { value = aws_instance.host.id }
