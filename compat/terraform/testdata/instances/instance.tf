data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

# Nothing says in which network: it is the default VPC.
resource "aws_instance" "web" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  key_name      = aws_key_pair.admin.key_name
  user_data     = "#!/bin/sh\necho hello\n"

  monitoring              = var.revised
  disable_api_termination = false
  disable_api_stop        = !var.revised

  root_block_device {
    volume_size = 20
    volume_type = "gp3"
    encrypted   = true
    tags        = { role = "root" }
  }

  ebs_block_device {
    device_name           = "/dev/sdf"
    volume_size           = 50
    volume_type           = "gp3"
    throughput            = 200
    delete_on_termination = true
    encrypted             = true
    tags                  = { role = "data" }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.revised ? 2 : 1
    instance_metadata_tags      = var.revised ? "enabled" : "disabled"
  }

  credit_specification {
    cpu_credits = var.revised ? "standard" : "unlimited"
  }

  maintenance_options {
    auto_recovery = var.revised ? "disabled" : "default"
  }

  tags = merge({ Name = "web" }, var.revised ? { release = "2" } : { release = "1", old = "yes" })
}

# It is stopped for another type; its root volume grows as it runs.
resource "aws_instance" "batch" {
  ami                                  = data.aws_ami.linux.id
  instance_type                        = var.revised ? "m7i.large" : "m7i.xlarge"
  user_data_base64                     = base64gzip("#!/bin/sh\necho hello\n")
  instance_initiated_shutdown_behavior = var.revised ? "terminate" : "stop"
  source_dest_check                    = !var.revised

  cpu_options {
    core_count       = 1
    threads_per_core = 1
  }

  private_dns_name_options {
    hostname_type                     = "resource-name"
    enable_resource_name_dns_a_record = true
  }

  root_block_device {
    volume_size = var.revised ? 30 : 20
    volume_type = "gp3"
    iops        = var.revised ? 4000 : 3000
  }

  volume_tags = { Name = var.revised ? "batch-2" : "batch" }
  tags        = { Name = "batch" }
}

output "web" { value = aws_instance.web }

output "batch" {
  value = {
    id             = aws_instance.batch.id
    instance_state = aws_instance.batch.instance_state
    instance_type  = aws_instance.batch.instance_type
    root_block_device = [{
      volume_id   = aws_instance.batch.root_block_device[0].volume_id
      volume_size = aws_instance.batch.root_block_device[0].volume_size
      iops        = aws_instance.batch.root_block_device[0].iops
    }]
  }
}
