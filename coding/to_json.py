"""Results as the JSON others rely on (schema_version "1"): the one place that spells its keys.

Every way out (command line, batch, HTTP) uses `dumps`, so the same note gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from coding.types import (
    CodingFailure,
    CodingResult,
    Crosswalk,
    Evidence,
    Finding,
    Query,
    Rejection,
    Suggestion,
    System,
)

Json = Mapping[str, object]


def dumps(value: Json) -> str:
    """One line of JSON, keys in the order given, text left readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def result_to_json(result: CodingResult) -> Json:
    """The result object of the contract; optional keys are left out where they have no value."""
    return {
        "schema_version": result.schema_version,
        "offset_unit": "codepoint",
        "note_id": result.note_id,
        "note_sha256": result.note_sha256,
        "setting": result.setting,
        "claim": result.claim,
        "service_date": result.service_date.isoformat() if result.service_date else None,
        "suggestions": [_suggestion(s, n) for n, s in enumerate(result.suggestions, 1)],
        "rejected": [_rejection(r) for r in result.rejected],
        "findings": [_finding(f) for f in result.findings],
        "queries": [_query(q) for q in result.queries],
        "provenance": {
            "software": result.provenance.software,
            "model": result.provenance.model,
            "codesets": dict(result.provenance.codesets),
            "config_sha256": result.provenance.config_sha256,
        },
    }


def failure_to_json(failure: CodingFailure) -> Json:
    """The object that stands in the place of a result, and the body of every HTTP error."""
    error = failure.error
    return {
        "schema_version": failure.schema_version,
        "note_id": failure.note_id,
        **({"line": failure.line} if failure.line is not None else {}),
        "error": {
            "type": error.type,
            "stage": error.stage,
            **({"field": error.field} if error.field is not None else {}),
            "message": error.message,
        },
    }


def _suggestion(suggestion: Suggestion, rank: int) -> Json:
    optional = {
        "poa": suggestion.poa,
        "modifiers": suggestion.modifiers,
        "units": suggestion.units,
        "supports": suggestion.supports,
        "crosswalk": _crosswalk(suggestion.crosswalk),
    }
    return {
        "rank": rank,
        "sequence": suggestion.sequence,
        "system": suggestion.code.system,
        "code": suggestion.code.value,
        "display": suggestion.display,
        "probability": suggestion.probability,
        "decision": suggestion.decision,
        "auto": suggestion.auto,
        "role": suggestion.role,
        **{key: value for key, value in optional.items() if value is not None},
        "evidence": [_evidence(e) for e in suggestion.evidence],
        "proof": [
            {
                "kind": step.kind,
                "ref": step.ref,
                "spans": [[span.start, span.end] for span in step.spans],
                "source": step.source,
            }
            for step in suggestion.proof
        ],
        "alternatives": [
            {"code": a.code.value, "display": a.display, "probability": a.probability}
            for a in suggestion.alternatives
        ],
    }


def _crosswalk(crosswalk: Crosswalk | None) -> Json | None:
    if crosswalk is None:
        return None
    return {
        "system": System.ICD11,
        "code": crosswalk.code,
        "display": crosswalk.display,
        "map": crosswalk.kind,
        "release": crosswalk.release,
        "status": "unofficial; ICD-11 is no HIPAA code set",
    }


def _evidence(evidence: Evidence) -> Json:
    return {
        "start": evidence.span.start,
        "end": evidence.span.end,
        "text": evidence.quote,
        "section": evidence.section,
        "assertions": list(evidence.assertions),
        "source": evidence.source,
        "weight": round(evidence.weight, 4),
    }


def _rejection(rejection: Rejection) -> Json:
    return {
        "system": rejection.code.system,
        "code": rejection.code.value,
        "display": rejection.display,
        "reason": rejection.reason,
        "evidence": [_evidence(e) for e in rejection.evidence],
    }


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "codes": [code.value for code in finding.codes],
        "citation": finding.citation,
    }


def _query(query: Query) -> Json:
    return {
        "code": query.code.value,
        "missing": query.missing,
        "text": query.text,
        "indicators": [_evidence(e) for e in query.indicators],
    }
