resource "aws_key_pair" "admin" {
  key_name   = "admin"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUU4LYHcGZRSL9C5AK5h1/63a4RVmMHZNQMghBe4P8r admin@example.com"
  tags       = { owner = var.revised ? "operations" : "development" }
}

data "aws_key_pair" "admin" {
  key_name           = aws_key_pair.admin.key_name
  include_public_key = true
}

output "key" { value = aws_key_pair.admin }
output "public_key" { value = data.aws_key_pair.admin.public_key }
