"""Imports the official DARTS code (github.com/quark0/darts, folder cnn, written for a GPU and torch 0.3) from a checkout and lets it
run on the processor with a later torch. Nothing of it is copied or edited: what it asks of a GPU is answered here."""
import importlib
import pathlib
import sys
import types
import warnings

import torch


def load(checkout):
    """The modules model_search and architect of the checkout."""
    folder = pathlib.Path(checkout) / "cnn"
    if not (folder / "model_search.py").is_file():
        raise SystemExit(f"{checkout}: there is no cnn/model_search.py; give the path of a checkout of github.com/quark0/darts")
    warnings.filterwarnings("ignore", category=UserWarning)
    torch.Tensor.cuda = torch.nn.Module.cuda = lambda self, *_, **__: self
    sys.path.insert(0, str(folder))
    return importlib.import_module("model_search"), importlib.import_module("architect")


def settings():
    """What Architect reads of the command line of train_search.py, with its defaults."""
    return types.SimpleNamespace(momentum=0.9, weight_decay=3e-4, arch_learning_rate=3e-4, arch_weight_decay=1e-3)
