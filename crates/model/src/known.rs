//! Do we have this value, and if not, why not?

/// A property value, or the reason why we do not have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known<T> {
    /// The value as read.
    Value(T),
    /// No value, and the reason.
    Unknown(Why),
}

/// Why a value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The caller may not read it.
    NotPermitted,
    /// Nobody asked for it when the snapshot was taken.
    NotCollected,
    /// It exists only once the template or plan has been applied.
    AfterApply,
    /// It is an expression that could not be resolved.
    Unresolved,
    /// privpath does not know this part of Azure yet.
    Unsupported,
}

impl<T> Known<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// True when the value is known and equals `other`.
    pub fn is(&self, other: &T) -> bool
    where
        T: PartialEq,
    {
        self.value() == Some(other)
    }

    /// The reason why there is no value.
    pub fn why(&self) -> Option<Why> {
        match self {
            Self::Value(_) => None,
            Self::Unknown(why) => Some(*why),
        }
    }
}

impl<T> From<Option<T>> for Known<T> {
    /// A missing property was not collected.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unknown(Why::NotCollected), Self::Value)
    }
}

impl Why {
    /// The reason in words, to follow "because it was …".
    pub fn words(self) -> &'static str {
        match self {
            Self::NotPermitted => "not readable with these rights",
            Self::NotCollected => "not in the snapshot",
            Self::AfterApply => "known only after deployment",
            Self::Unresolved => "an expression that is not resolved",
            Self::Unsupported => "not modelled",
        }
    }
}
