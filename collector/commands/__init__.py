"""The commands for people: each module has SUMMARY, add_arguments(parser) and run(arguments) -> exit code."""
