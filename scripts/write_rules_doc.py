"""Write docs/rules.md from the catalogue of rules; a test holds that both are the same."""

from pathlib import Path

from screening.rules import render_catalogue

if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "rules.md"
    target.write_text(render_catalogue(), encoding="utf-8")
    print(f"wrote {target.name}")
