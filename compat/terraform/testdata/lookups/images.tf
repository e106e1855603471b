data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*"]
  }
  filter {
    name   = "architecture"
    values = ["arm64"]
  }
}

data "aws_ami_ids" "ubuntu" {
  owners         = ["amazon"]
  sort_ascending = true

  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"]
  }
}

data "aws_ssm_parameter" "linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

output "image" {
  value = {
    architecture = data.aws_ami.linux.architecture
    owner        = data.aws_ami.linux.image_owner_alias
    root         = data.aws_ami.linux.root_device_name
    public       = data.aws_ami.linux.public
    boot_mode    = data.aws_ami.linux.boot_mode
    imds_support = data.aws_ami.linux.imds_support
  }
}

output "same_image" { value = data.aws_ami.linux.id == nonsensitive(data.aws_ssm_parameter.linux.value) }
output "ubuntu" { value = length(data.aws_ami_ids.ubuntu.ids) }
