variable "revised" { type = bool }
