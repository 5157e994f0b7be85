"""Ways to deploy, judged without a container engine: by linters, by real renderers, and by what the files say."""
