"""Traces over the wire: the graph of a run, its values on demand, the lines of code behind it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from glassformer.explorer.answers import BINARY, NotThereError
from glassformer.explorer.models import Models
from glassformer.explorer.requests import TraceRequest, TrialsRequest, changes_of
from glassformer.explorer.traces import Traces
from glassformer.explorer.trials import try_changes
from glassformer.inspection.place import lines_around
from glassformer.inspection.push import pushes

STRONGEST = 200  # pushes of a choice that are sent


def routes(models: Models) -> APIRouter:
    """Making traces and looking into them."""
    router = APIRouter(prefix="/api")
    traces = Traces(models)
    make = traces.make_once if models.share else traces.make

    @router.post("/trace")
    def trace(asked: TraceRequest) -> Response:
        tape = make(asked.meant())
        sent = [path for path in asked.values if path in tape]
        return Response(tape.to_bytes(sent), media_type=BINARY)

    @router.get("/values/{trace}")
    def values(trace: str, path: Annotated[list[str], Query(max_length=2000)]) -> Response:
        return Response(traces.find(trace).values_only(path), media_type=BINARY)

    @router.get("/code/{trace}/{number}")
    def code(trace: str, number: int) -> dict[str, Any]:
        tape = traces.find(trace)
        if not 0 <= number < len(tape):
            raise NotThereError(f"this trace has {len(tape)} entries, none of them is {number}")
        entry = tape.entries[number]
        return lines_around(entry.file, entry.line, tape.files.get(entry.file, ""))

    @router.get("/checks/{trace}")
    def checks(trace: str) -> dict[str, Any]:
        return {"findings": [one.to_json() for one in traces.find_kept(trace).findings()]}

    @router.get("/push/{trace}/{row}")
    def push(trace: str, row: int) -> dict[str, Any]:
        tape = traces.find(trace)
        words = tape.about["next"]
        found = pushes(tape, row, words[row]["id"] if 0 <= row < len(words) else None)
        names = ("path", "head", "query", "key", "push")
        return {
            "written": found.written,
            "against": found.against,
            "margin": found.margin,
            "shares": [
                dict(zip(names, share, strict=True)) for share in found.strongest(STRONGEST)
            ],
        }

    @router.post("/trials")
    def trials(asked: TrialsRequest) -> dict[str, list[float]]:
        kept = traces.find_kept(asked.trace)
        sets = [changes_of(one) for one in asked.trials]
        return {"probabilities": try_changes(kept.model, kept.tape, asked.row, asked.token, sets)}

    @router.get("/recording/{trace}")
    def recording(trace: str) -> Response:
        saved = {"Content-Disposition": 'attachment; filename="recording.safetensors"'}
        return Response(traces.find(trace).to_bytes(), media_type=BINARY, headers=saved)

    return router
