locals {
  a = uper("x") # ERROR: Unknown function
  b = timestamp() # ERROR: Unknown function
  c = upper() # ERROR: Not enough function arguments
  d = upper(["x"]) # ERROR: Invalid function argument
  e = nosuchfunctionatall() # ERROR: Unknown function
}
