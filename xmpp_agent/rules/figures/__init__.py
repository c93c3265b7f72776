"""How each number supervisors steer by is computed, and when it is amber or red. Definitions: docs/numbers.md."""
