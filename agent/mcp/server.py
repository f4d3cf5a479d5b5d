"""The protocol's side: tools, resources, progress, cancelling and questions, over any transport.

Two generations of clients are spoken to. With the older one (an `initialize` handshake) a question to the person
is a request from here in the middle of a call. With that of 2026-07-28 a server may ask nothing by itself: the
call is answered with the question, and made again with the person's answer. Meanwhile the work waits where it was.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from screenwright.agent.mcp import telling
from screenwright.agent.mcp.answers import Answer
from screenwright.agent.mcp.call import Call, Finished, Progress, Question
from screenwright.agent.mcp.desk import Desk
from screenwright.agent.mcp.doing import Doing
from screenwright.agent.mcp.offers import ABOUT, BY_NAME, OFFERS, Status, quoted
from screenwright.agent.mcp.tasks import demos as all_demos
from screenwright.tools.errors import BadAction, NotInstalled, ScreenwrightError

try:
    import anyio
    from mcp import types
    from mcp.server.lowlevel.server import Server
    from mcp.shared.exceptions import MCPError
    from mcp.types.version import MODERN_PROTOCOL_VERSIONS
except ImportError as error:
    raise NotInstalled(f"screenwright mcp needs: pip install 'screenwright[mcp]' ({error})") from error

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    Context = ServerRequestContext[Any, Any]

FORMS: dict[str, types.ElicitRequestedSchema] = {
    "approve": {
        "type": "object",
        "properties": {"do_it": {"type": "string", "title": "Do it?", "enum": ["yes", "no"]}},
        "required": ["do_it"],
    },
    "answer": {
        "type": "object",
        "properties": {"answer": {"type": "string", "title": "Answer"}},
        "required": ["answer"],
    },
}
GONE_S = 0.5  # between two looks whether a client over HTTP is still there


@dataclass
class _Waiting:
    """A call that waits for its client to come back with the person's answer."""

    call: Call
    question: Question


class Serving:
    """An MCP server over one desk. `server` goes to a transport; `close` the desk when the transport has ended."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._doing = Doing(desk)
        self._waiting: dict[str, _Waiting] = {}
        self.server: Server[Any] = Server(
            "screenwright",
            version=version("screenwright"),
            title="screenwright",
            instructions=ABOUT,
            lifespan=self._lifespan,
            on_list_tools=self._tools,
            on_call_tool=self._call,
            on_list_resources=self._resources,
            on_list_resource_templates=self._templates,
            on_read_resource=self._read,
        )

    @asynccontextmanager
    async def _lifespan(self, server: Server[Any]) -> AsyncIterator[dict[str, Any]]:
        try:
            yield {}
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self.desk.close)

    # tools

    async def _tools(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=offer.name,
                    description=offer.about,
                    input_schema=offer.schema,
                    annotations=types.ToolAnnotations(read_only_hint=offer.reads, open_world_hint=True),
                )
                for offer in OFFERS
            ]
        )

    async def _call(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        offer = BY_NAME.get(params.name)
        if offer is None:
            there_are = ", ".join(BY_NAME)
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {quoted(params.name)}; there are: {there_are}")
        try:
            if params.request_state is not None:
                return await self._follow(context, self._again(params))
            arguments = offer.arguments(params.arguments)
            if isinstance(arguments, Status):
                return _result(await anyio.to_thread.run_sync(telling.status, self.desk, arguments))
            call = Call(_who(context), asks=_asks(context))
            self.desk.submit(call, offer.name, self._doing.job(arguments))
            return await self._follow(context, call)
        except ScreenwrightError as error:
            return _wrong(error)

    def _again(self, params: types.CallToolRequestParams) -> Call:
        """The call that waits, with the person's answer. BadAction: it waits no longer."""
        held = self._waiting.pop(params.request_state or "", None)
        if held is None:
            raise BadAction("this question is no longer asked; call the tool anew")
        given = (params.input_responses or {}).get("person")
        held.question.said.set_result(_said(given if isinstance(given, types.ElicitResult) else None))
        return held.call

    async def _follow(self, context: Context, call: Call) -> types.CallToolResult | types.InputRequiredResult:
        """Until it is done, or the person must be asked. The work ends with its request."""
        keeps = False
        try:
            async with _ends_with_its_client(context, call):
                while True:
                    match await call.events.get():
                        case Progress(steps=steps, said=said):
                            await context.session.report_progress(steps, None, said)
                        case Question() as question if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
                            self._waiting[call.ticket] = _Waiting(call, question)
                            keeps = True
                            asked = _elicitation(question)
                            return types.InputRequiredResult(
                                input_requests={"person": asked}, request_state=call.ticket
                            )
                        case Question() as question:
                            question.said.set_result(await _ask(context, question))
                        case Finished(result=Answer() as answer):
                            keeps = True
                            return _result(answer)
                        case Finished(error=error):
                            keeps = True
                            return _wrong(error)
        finally:
            if not keeps:
                call.stop("the client has cancelled it")

    # resources

    async def _resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        known = await anyio.to_thread.run_sync(all_demos)
        runs = [_resource(telling.RUN.format(run=name), f"recording {name}") for name in self.desk.runs]
        demos = [_resource(telling.DEMO.format(name=name), f"demo {name}") for name in known if "/" not in name]
        return types.ListResourcesResult(resources=[*runs, *demos])

    async def _templates(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        about = "the screen before or after a step of a recording of this session"
        frame = types.ResourceTemplate(uri_template=telling.FRAME, name="screen at a step", description=about)
        return types.ListResourceTemplatesResult(resource_templates=[frame])

    async def _read(self, context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            held = await anyio.to_thread.run_sync(telling.resource, self.desk, params.uri)
        except ScreenwrightError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from error
        content: types.TextResourceContents | types.BlobResourceContents
        if isinstance(held, str):
            content = types.TextResourceContents(uri=params.uri, mime_type="text/plain", text=held)
        else:
            data, kind = held
            content = types.BlobResourceContents(
                uri=params.uri, mime_type=kind, blob=base64.b64encode(data).decode("ascii")
            )
        return types.ReadResourceResult(contents=[content])


def _resource(uri: str, name: str) -> types.Resource:
    return types.Resource(uri=uri, name=name, mime_type="text/plain")


def _result(answer: Answer) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(text=answer.text)]
    if answer.picture is not None:
        data, kind = answer.picture
        content.append(types.ImageContent(data=base64.b64encode(data).decode("ascii"), mime_type=kind))
    return types.CallToolResult(content=content, structured_content=answer.facts, is_error=answer.wrong)


def _wrong(error: BaseException | None) -> types.CallToolResult:
    """Our own messages as they are; of anything else only what it is, for the log has the rest."""
    ours = isinstance(error, ScreenwrightError)
    said = str(error) if ours else f"a mistake of screenwright's own ({type(error).__name__}); its log says more"
    return types.CallToolResult(content=[types.TextContent(text=said or "stopped")], is_error=True)


def _who(context: Context) -> str:
    client = context.session.client_params
    return client.client_info.name[:60] if client else "client"


def _asks(context: Context) -> bool:
    """Can the person behind this client be asked? Before there were kinds of elicitation, all were forms."""
    held = context.session.client_capabilities
    kinds = held.elicitation if held else None
    return kinds is not None and (kinds.form is not None or kinds.url is None)


def _elicitation(question: Question) -> types.ElicitRequest:
    form = FORMS[question.kind]
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=question.text, requested_schema=form))


async def _ask(context: Context, question: Question) -> str | None:
    try:
        answer = await context.session.elicit_form(question.text, FORMS[question.kind], context.request_id)
    except MCPError:  # it said that it could, and now it can't
        return None
    return _said(answer)


def _said(answer: types.ElicitResult | None) -> str | None:
    """The one field of the form. Nothing but an accepted form with it filled in counts."""
    if answer is None or answer.action != "accept" or not answer.content:
        return None
    said = answer.content.get("do_it", answer.content.get("answer"))
    return said if isinstance(said, str) else None


@asynccontextmanager
async def _ends_with_its_client(context: Context, call: Call) -> AsyncIterator[None]:
    """Over HTTP the older protocol lets a call go on when its client is gone: nobody would stop it then."""
    gone: Callable[[], Awaitable[bool]] | None = getattr(context.request, "is_disconnected", None)
    if gone is None:
        yield
        return

    async def watch(gone: Callable[[], Awaitable[bool]]) -> None:
        while not await gone():
            await anyio.sleep(GONE_S)
        call.stop("its client is gone")

    async with anyio.create_task_group() as group:
        group.start_soon(watch, gone)
        yield
        group.cancel_scope.cancel()
