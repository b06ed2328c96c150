"""Tags: the taxonomy, rules, catalogue priors, learned tags, calibration."""
