resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = var.revised
  tags                 = { Name = var.revised ? "main-2" : "main" }
}

resource "aws_subnet" "front" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  availability_zone       = "us-east-1a"
  map_public_ip_on_launch = var.revised
  tags                    = { Name = "front" }
}

resource "aws_internet_gateway" "out" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = var.revised ? "out-2" : "out" }
}

resource "aws_route_table" "front" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = var.revised ? "0.0.0.0/0" : "192.0.2.0/24"
    gateway_id = aws_internet_gateway.out.id
  }
}

resource "aws_route_table_association" "front" {
  subnet_id      = aws_subnet.front.id
  route_table_id = aws_route_table.front.id
}

resource "aws_network_interface" "front" {
  subnet_id         = aws_subnet.front.id
  private_ips       = var.revised ? ["10.0.1.10", "10.0.1.11"] : ["10.0.1.10"]
  security_groups   = [aws_security_group.front.id]
  source_dest_check = !var.revised
  description       = "The front"
  tags              = { Name = "front" }
}

resource "aws_security_group" "front" {
  name   = "front"
  vpc_id = aws_vpc.main.id
}

resource "aws_eip" "front" {
  domain            = "vpc"
  network_interface = aws_network_interface.front.id
  depends_on        = [aws_internet_gateway.out]
  tags              = { Name = var.revised ? "front-2" : "front" }
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-arm64"]
  }
}

# An instance over an interface that was there before it.
resource "aws_instance" "front" {
  ami           = data.aws_ami.linux.id
  instance_type = "t4g.small"

  network_interface {
    network_interface_id = aws_network_interface.front.id
    device_index         = 0
  }

  tags = { Name = "front" }
}

output "interface" { value = aws_network_interface.front.id }
output "front_address" { value = aws_eip.front.public_ip }
output "vpc" { value = aws_vpc.main.id }
