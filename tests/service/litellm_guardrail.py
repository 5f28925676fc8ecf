"""LiteLLM's own Presidio guardrail masks a text over an address; it runs where LiteLLM is installed.

Arguments: the address, and the text. Prints the masked text and what each token stands for, as JSON.
"""

import asyncio
import json
import sys

from litellm.proxy.guardrails.guardrail_hooks.presidio import _OPTIONAL_PresidioPIIMasking


async def main(address: str, text: str) -> None:
    guardrail = _OPTIONAL_PresidioPIIMasking(
        guardrail_name="pii",
        presidio_analyzer_api_base=address,
        presidio_anonymizer_api_base=address,
        output_parse_pii=True,
    )
    request: dict[str, object] = {"metadata": {}}
    masked = await guardrail.check_pii(text, True, None, request)
    await guardrail._close_http_session()
    print(json.dumps({"text": masked, "tokens": request["metadata"]["pii_tokens"]}))


asyncio.run(main(*sys.argv[1:]))
