# What the Makefiles that SAM calls have in common: the target, and how packages are installed and compiled for it.
# SAM runs them in a copy of a folder, but names them where they are: everything is taken from there.
.SILENT:
MAKEFLAGS += --no-print-directory
REPOSITORY := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)
ARCHITECTURE ?= arm64
PROCESSOR := $(if $(filter x86_64,$(ARCHITECTURE)),x86_64,aarch64)
PLATFORMS := $(foreach libc,manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014,--platform $(libc)_$(PROCESSOR))
# The project's own environment has what builds the model.
PYTHON ?= $(or $(wildcard $(REPOSITORY)/.venv/bin/python),python3)
PYTHON_VERSION ?= 3.13
COMPILER ?= $(shell for p in python$(PYTHON_VERSION) $(HOME)/.pyenv/versions/$(PYTHON_VERSION)*/bin/python$(PYTHON_VERSION) \
	$(HOME)/.local/bin/python$(PYTHON_VERSION) $(PYTHON); do \
	[ "$$($$p -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = $(PYTHON_VERSION) ] && echo $$p && break; done)

# $(call install,LOCK,FOLDER): wheels for the target's Python and processor, none built here, none unpinned.
define install
	$(PYTHON) -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes --only-binary=:all: \
		$(PLATFORMS) --python-version $(PYTHON_VERSION) --implementation cp --target "$(2)" -r "$(1)"
endef

# $(call prune,FOLDER): without what never runs (of WebSockets not even the slower way), and without what differs from
# build to build.
define prune
	find "$(1)" \( -name __pycache__ -o -name tests -o -name bin \) -prune -exec rm -rf {} +
	find "$(1)" \( -name '*.pth' -o -name '*.py[ix]' -o -name '*.pxd' -o -name '*.[ach]' -o -name RECORD \) -delete
	find "$(1)" \( -name '_testcapi*.so' -o -path '*/_websocket/*.so' \) -delete
endef

# $(call compile,FOLDER): the code folder is read-only on Lambda, so whatever is not compiled here is at every start.
define compile
	@if [ -n "$(COMPILER)" ]; then $(COMPILER) -m compileall -q --invalidation-mode unchecked-hash "$(1)"; \
	else echo "Not compiled: there is no Python $(PYTHON_VERSION) here, so the first call imports more slowly."; fi
endef

# $(call ceiling,FOLDER,MB): Lambda takes 250 MB for a function with all its layers.
define ceiling
	@$(PYTHON) -c 'import pathlib, sys; \
		size = sum(f.stat().st_size for f in pathlib.Path(sys.argv[1]).rglob("*") if f.is_file()) / 1e6; \
		print(f"{sys.argv[3]}: {size:.0f} MB unzipped, of {sys.argv[2]} MB allowed, for $(ARCHITECTURE)."); \
		sys.exit(size > float(sys.argv[2]))' "$(1)" $(2) $@
endef

# $(call note_release,FILE): what the layers are made from, and the parameters that the stack is given. SAM names a
# function's version by its code and by the template as it is written, where a parameter is a name: without this the
# alias would go on with the layers and the parameters of before.
define note_release
	@$(PYTHON) -c 'import hashlib, os, pathlib, sys; \
		root = pathlib.Path(sys.argv[1]); digest = hashlib.sha256(b"$(ARCHITECTURE) $(PYTHON_VERSION)"); \
		digest.update(os.environ.get("ARGS", "").encode()); \
		packages = ("shared/llm_router", "layers/model/classifier", "layers/model/training/build"); \
		single = ("shared/requirements.txt", "layers/model/requirements.txt", "layers/model/training/regression.py", \
			"shared/Makefile", "layers/model/Makefile", "shared/build.mk", "samconfig.toml"); \
		files = [path for package in packages for path in (root / package).rglob("*")]; \
		files = sorted(path for path in files if path.is_file() and path.suffix not in (".pyc", ".onnx", ".bin")); \
		[digest.update(path.read_bytes()) for path in files + [root / name for name in single]]; \
		pathlib.Path(sys.argv[2]).write_text(digest.hexdigest() + "\n")' "$(REPOSITORY)" "$(1)"
endef
