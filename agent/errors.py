"""Everything that portrait raises on purpose.

    PortraitError
    ├── UsageError              the request is wrong; the command line exits with 2
    │   ├── SettingsError       a settings file or a flag does not make sense
    │   ├── MappingError        a mapping file does not fit itself or its data files
    │   ├── ConditionError      a condition names something that does not exist
    │   ├── PromptError         a prompt file is missing, or lacks or exceeds its variables
    │   └── UnknownError        a customer, data set or model that nobody has heard of
    ├── DataError               the user's records cannot be read or kept; exit code 1
    │   ├── ReadError           a data file cannot be opened or parsed at all
    │   ├── StoreError          the database is locked, read-only, full or damaged
    │   └── SearchIndexError    the Chroma folder cannot be opened or written
    └── ModelError              the language model let us down; exit code 1
        ├── ModelFilesError     weights: no source answers, a wrong hash, a failed conversion
        ├── ServerError         the server does not start, died, or refuses
        └── AnswerError         an answer that cannot be used, after all retries

A message gives the values and the next action. `str(error)` is one line for a person.
"""

from __future__ import annotations


class PortraitError(Exception):
    """Anything that portrait reports instead of a traceback."""

    exit_code = 1


class UsageError(PortraitError):
    """The request is wrong, and running it again will not help."""

    exit_code = 2


class SettingsError(UsageError):
    """A settings file or a flag does not make sense."""


class MappingError(UsageError):
    """A mapping file does not fit itself or the data files it names."""


class ConditionError(UsageError):
    """A condition names a field, tag, value or product that does not exist."""


class PromptError(UsageError):
    """A prompt file is missing, or its variables do not match what was given."""


class UnknownError(UsageError):
    """A customer, data set or model that nobody has heard of."""


class DataError(PortraitError):
    """The user's records cannot be read or kept."""


class ReadError(DataError):
    """A data file cannot be opened or parsed at all."""


class StoreError(DataError):
    """The database is locked, read-only, full or damaged."""


class SearchIndexError(DataError):
    """The Chroma folder or server cannot be opened, read or written."""


class ModelError(PortraitError):
    """The language model let us down."""


class ModelFilesError(ModelError):
    """Weights that no source has, that have a wrong hash, or that do not convert."""


class ServerError(ModelError):
    """A model server that does not start, died, or refuses."""


class AnswerError(ModelError):
    """An answer of the model that cannot be used, after all retries."""
