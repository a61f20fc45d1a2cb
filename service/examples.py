"""The examples that OpenAPI shows, one for every model; a test reads each with its model."""

from __future__ import annotations

from pydantic.config import JsonDict

TEXT = "Type 2 diabetes with diabetic chronic kidney disease stage 3b. Denies chest pain."

EVIDENCE: JsonDict = {
    "start": 0,
    "end": 52,
    "text": "Type 2 diabetes with diabetic chronic kidney disease",
    "section": "none",
    "assertions": ["affirmed"],
    "source": "title",
    "weight": 1.0,
}
_DENIED: JsonDict = {
    "start": 70,
    "end": 80,
    "text": "chest pain",
    "section": "none",
    "assertions": ["negated"],
    "source": "lexicon",
    "weight": 1.0,
}
PROOF_STEP: JsonDict = {
    "kind": "tabular",
    "ref": "E11.22",
    "spans": [],
    "source": "ICD-10-CM 2026-04",
}
ALTERNATIVE: JsonDict = {
    "code": "E11.21",
    "display": "Type 2 diabetes mellitus with diabetic nephropathy",
    "probability": 0.0712,
}
SUGGESTION: JsonDict = {
    "rank": 1,
    "sequence": 1,
    "system": "ICD-10-CM",
    "code": "E11.22",
    "display": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    "probability": 0.9312,
    "decision": "accept",
    "auto": True,
    "role": "first-listed",
    "evidence": [EVIDENCE],
    "proof": [
        {"kind": "quote", "ref": EVIDENCE["text"], "spans": [[0, 52]], "source": "note"},
        {"kind": "assertion", "ref": "affirmed", "spans": [[0, 52]], "source": "context"},
        PROOF_STEP,
    ],
    "alternatives": [ALTERNATIVE],
}
_INJECTED: JsonDict = {
    "start": 41,
    "end": 67,
    "text": "Right knee joint injection",
    "section": "procedure",
    "assertions": ["affirmed"],
    "source": "words:knee joint injection",
    "weight": 1.0,
}
PROCEDURE: JsonDict = {
    "rank": 2,
    "sequence": None,
    "system": "CPT",
    "code": "20610",
    "display": "Injecting or draining a large joint, by feel",
    "probability": 0.6204,
    "decision": "accept",
    "auto": False,
    "role": "procedure",
    "modifiers": ["RT"],
    "units": 1,
    "supports": ["M17.11"],
    "evidence": [_INJECTED],
    "proof": [
        {"kind": "quote", "ref": _INJECTED["text"], "spans": [[41, 67]], "source": "note"},
        {
            "kind": "rule",
            "ref": "modifier.RT: right",
            "spans": [[41, 46]],
            "source": "HCPCS Level II modifiers",
        },
    ],
    "alternatives": [],
}
REJECTION: JsonDict = {
    "system": "ICD-10-CM",
    "code": "R07.9",
    "display": "Chest pain, unspecified",
    "reason": "negated",
    "evidence": [_DENIED],
}
FINDING: JsonDict = {
    "rule": "codeset.no-date",
    "severity": "info",
    "message": "no date of service was given; ICD-10-CM 2026-04, the newest loaded, was used",
    "codes": [],
    "citation": "chartcode",
}
QUERY: JsonDict = {
    "code": "E11.22",
    "missing": "stage of chronic kidney disease",
    "text": "Please document the stage of the chronic kidney disease, if it is known.",
    "indicators": [EVIDENCE],
}
PROVENANCE: JsonDict = {
    "software": "chartcode 0.1.0",
    "model": "lexical-1",
    "codesets": {"ICD-10-CM": "2026-04"},
    "config_sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
}
RESULT: JsonDict = {
    "schema_version": "1",
    "offset_unit": "codepoint",
    "note_id": "visit-1042",
    "note_sha256": "b4b895809e25f3d510f1d35d4f2f84482b2b9b237906f33695f6a76e1b51b248",
    "setting": "outpatient",
    "claim": "professional",
    "service_date": None,
    "suggestions": [SUGGESTION],
    "rejected": [REJECTION],
    "findings": [FINDING],
    "queries": [],
    "provenance": PROVENANCE,
}
ERROR: JsonDict = {
    "type": "InvalidNote",
    "stage": "input",
    "field": "setting",
    "message": "setting must be 'outpatient', 'emergency' or 'inpatient'",
}
FAILURE: JsonDict = {"schema_version": "1", "note_id": None, "error": ERROR}
TITLED_CODE: JsonDict = {"code": "E11", "title": "Type 2 diabetes mellitus"}
SEVENTH: JsonDict = {"character": "A", "meaning": "initial encounter"}
CODE_ENTRY: JsonDict = {
    "system": "ICD-10-CM",
    "code": "E11.22",
    "title": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    "billable": True,
    "release": "2026-04",
    "valid_from": "2026-04-01",
    "valid_to": "2026-09-30",
    "chapter": "Endocrine, nutritional and metabolic diseases (E00-E89)",
    "section": "Diabetes mellitus (E08-E13)",
    "hierarchy": [
        TITLED_CODE,
        {"code": "E11.2", "title": "Type 2 diabetes mellitus with kidney complications"},
    ],
    "children": [],
    "inclusion_terms": [],
    "includes": [],
    "excludes1": [],
    "excludes2": [],
    "code_first": [],
    "use_additional": ["code to identify stage of chronic kidney disease (N18.1-N18.6)"],
    "code_also": [],
    "notes": [],
    "seventh": [],
    "index_terms": [],
    "poa_exempt": False,
    "axes": [],
}
AXIS: JsonDict = {
    "name": "Approach",
    "character": "4",
    "label": "Percutaneous Endoscopic",
    "definition": "",
}
CROSSWALK: JsonDict = {
    "system": "ICD-11",
    "code": "5A11",
    "display": "Type 2 diabetes mellitus",
    "map": "rolled-up-4",
    "release": "2024-01-01",
    "status": "unofficial; ICD-11 is no HIPAA code set",
}
FOUND_CODE: JsonDict = {
    "system": "ICD-10-CM",
    "code": "J44.1",
    "title": "Chronic obstructive pulmonary disease with (acute) exacerbation",
    "billable": True,
}
CODE_SEARCH: JsonDict = {"system": "ICD-10-CM", "release": "2026-04", "results": [FOUND_CODE]}
CODE_QUERY: JsonDict = {"q": "copd exacerbation", "system": "ICD-10-CM", "limit": 20}
HEALTH: JsonDict = {"status": "ok"}
READY: JsonDict = {"ready": True, "missing": [], "provenance": PROVENANCE}
NOT_READY: JsonDict = {
    "ready": False,
    "missing": ["the engine is still loading"],
    "provenance": None,
}
