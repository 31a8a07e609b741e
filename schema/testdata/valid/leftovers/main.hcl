not { a configuration
