"""The forms of all JSON documents, as types: what their JSON Schemas are made of. No verb imports them when it runs."""
