resource "aws_security_group" "web" {
  name        = "web"
  description = "What the web may ask"

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description      = "HTTP"
    from_port        = 80
    to_port          = 80
    protocol         = "tcp"
    cidr_blocks      = var.revised ? ["10.0.0.0/8", "192.0.2.0/24"] : ["192.0.2.0/24"]
    ipv6_cidr_blocks = ["2001:db8::/32"]
    self             = true
  }

  dynamic "ingress" {
    for_each = var.revised ? [1] : []
    content {
      from_port   = -1
      to_port     = -1
      protocol    = "icmp"
      cidr_blocks = ["198.51.100.0/24"]
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = var.revised ? "web-2" : "web" }
}

output "web" { value = aws_security_group.web }
