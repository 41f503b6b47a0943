//! Checks of parameter values: the template's own limits and the rules of TEMPLATE constraints.
