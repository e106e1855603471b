data "aws_vpc" "default" {
  default = true
}

resource "aws_security_group" "database" {
  name_prefix = "database-"
  vpc_id      = data.aws_vpc.default.id
}

resource "aws_vpc_security_group_ingress_rule" "postgres" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.web.id
  description                  = var.revised ? "Postgres, from the web" : "Postgres"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = var.revised ? 5433 : 5432
  tags                         = { Name = var.revised ? "postgres-2" : "postgres" }
}

resource "aws_vpc_security_group_egress_rule" "office" {
  security_group_id = aws_security_group.database.id
  cidr_ipv4         = var.revised ? "198.51.100.0/24" : "203.0.113.0/24"
  ip_protocol       = "-1"
}

# The older kind of rule.
resource "aws_security_group_rule" "ssh" {
  security_group_id = aws_security_group.database.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  description       = var.revised ? "SSH, inside" : "SSH"
  cidr_blocks       = [data.aws_vpc.default.cidr_block]
}

data "aws_vpc_security_group_rule" "postgres" {
  security_group_rule_id = aws_vpc_security_group_ingress_rule.postgres.id
}

output "postgres" { value = aws_vpc_security_group_ingress_rule.postgres }
output "postgres_found" { value = data.aws_vpc_security_group_rule.postgres }
