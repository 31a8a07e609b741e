max    = 1000 # ERROR: Unsupported argument
locals = {} # ERROR: Argument instead of a block
lcals  = {} # ERROR: Unsupported argument
