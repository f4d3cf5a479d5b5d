"""Vision-language models of the Qwen family in this process, through transformers."""
