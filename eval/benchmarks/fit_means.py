"""Makes rag/retrieve/priors.npz: what Vietnamese and English vectors of the bundled embedder share.

    python -m eval.benchmarks.fit_means

Means of passages and sentences over the sample archive, which is the project's own text. Needed again when the
bundled embedder changes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.answer_sets import CORPUS
from rag.newsqa import NewsQA
from rag.retrieve import dense


def main() -> int:
    target = Path(dense.__file__).with_name("priors.npz")
    with tempfile.TemporaryDirectory() as home, NewsQA.open(home=home) as qa:
        qa.ingest([CORPUS])
        means: dict[str, Any] = {
            f"{kind}-{language}": mean.astype(np.float16)
            for kind in ("passage", "sentence")
            for language, (_, mean) in qa.catalogue.means(kind).items()
        }
    np.savez_compressed(target, **means)
    print(f"wrote {target}: {', '.join(means)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
