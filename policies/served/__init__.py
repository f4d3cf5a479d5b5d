"""Any server that speaks OpenAI's /v1/chat/completions. `model.ServedModel` is what others use."""
