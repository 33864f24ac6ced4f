//! Does the resolution follow the facts? Small estates by hand.
