//! Which words does the command line understand?

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Tells whether traffic to an Azure service really takes its private endpoint, and if not, why.
#[derive(Debug, Parser)]
#[command(name = "privpath", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

const EXIT_CODES: &str = "Exit codes: 0 as expected, 1 another verdict or a finding at the threshold, \
2 wrong usage or the tool failed, 3 undetermined.";

const CHANGES: &str = "What can be said:
  link ZONE to NETWORK                    unlink ZONE from NETWORK
  link ruleset RULESET to NETWORK         unlink ruleset RULESET from NETWORK
  set KIND/NAME PROPERTY = VALUE          delete KIND/NAME
  zone NAME in GROUP                      record ZONE NAME A ADDRESS[,ADDRESS]
  zone-group ENDPOINT with ZONE[,ZONE]    move endpoint ENDPOINT to ADDRESS
  rule NSG NAME PRIORITY allow|deny inbound|outbound tcp|udp|any
       from PREFIX to PREFIX port PORTS
  env NAME=VALUE                          unset NAME
  hosts NAME ADDRESS|none
  forward DOMAIN at SERVER|aks/NAME to ADDRESS[,ADDRESS]|none
The last four are about every host, or about DNS that is no Azure resource; they
take effect for the next program, check or DNS question.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows in a minute what privpath does: a pretend Azure with a fault, found and repaired
    Demo(Demo),
    /// Measures a call from where this runs, and compares it with the configuration
    Check(Check),
    /// Predicts a call from the configuration alone; sends nothing
    Trace(Trace),
    /// Judges every stated intent of an estate
    Audit(Audit),
    /// Says what a code, a name or a pasted error text means
    Explain(Explain),
    /// Runs pretend Azures on this machine
    Lab(Lab),
}

/// What every subcommand understands.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// How the report is written
    #[arg(long, global = true, value_enum, default_value_t = Format::Terminal)]
    pub(crate) format: Format,
    /// The mildest finding that makes the exit code 1 [default: broken; for audit, exposed]
    #[arg(long, global = true, value_enum)]
    pub(crate) fail_on: Option<FailOn>,
    /// Only the first line
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// More evidence, with sources
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Terminal,
    /// One line for each verdict and finding
    Short,
    /// The schema privpath/report/1
    Json,
}

/// The thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Broken,
    Exposed,
    Fragile,
    Advice,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// What should happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expect {
    Private,
    Public,
    Refused,
}

/// Where a lab stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Medium {
    /// Namespaces where they can be had, else loopback
    #[default]
    Auto,
    /// Network namespaces (Linux): real packets, routes and security groups
    Namespaces,
    /// Ports on 127.0.0.1: any system, no privileges
    Loopback,
}

/// Where the estate comes from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// A pretend Azure: the running lab of this name, else one of this scenario for this command
    #[arg(long, value_name = "NAME")]
    pub(crate) lab: Option<String>,
    /// A file or folder of ARM JSON, as the ARM API or `az … -o json` gives it
    #[arg(long, value_name = "PATH", conflicts_with = "lab")]
    pub(crate) snapshot: Option<PathBuf>,
    /// What the identity that is signed in here may read in Azure: every subscription, or the one in
    /// `AZURE_SUBSCRIPTION_ID`; looked for as with --entra
    #[arg(long, conflicts_with_all = ["lab", "snapshot"])]
    pub(crate) azure: bool,
}

/// What checks saw elsewhere.
#[derive(Debug, Default, Args)]
pub(crate) struct Seen {
    /// What a check saw elsewhere: its --format json output; VANTAGE=FILE where that does not say at
    /// which node it ran (several times for several)
    #[arg(long, value_name = "FILE")]
    pub(crate) seen: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The scenario to play
    #[arg(default_value = "zone-not-linked")]
    pub(crate) scenario: String,
    /// Where the lab stands [default: loopback, and auto for scenarios that need namespaces]
    #[arg(long, value_enum)]
    pub(crate) medium: Option<Medium>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("credential").args(["key_env", "entra"]))]
pub(crate) struct Check {
    /// What is called; else `AZURE_OPENAI_ENDPOINT`, or what the lab's scenario asks
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) source: Source,
    /// Which node of the snapshot this host is, such as vm/app
    #[arg(long, value_name = "VANTAGE")]
    pub(crate) from: Option<String>,
    /// Where a lab stands that is started for this command
    #[arg(long, value_enum, default_value_t = Medium::Auto, requires = "lab")]
    pub(crate) medium: Medium,
    /// Ask this DNS server and no other (several times for several)
    #[arg(long, value_name = "ADDR:PORT", conflicts_with_all = ["lab", "azure"])]
    pub(crate) dns: Vec<SocketAddr>,
    /// Dial addresses through this SOCKS5 server
    #[arg(long, value_name = "ADDR:PORT", conflicts_with_all = ["lab", "azure"])]
    pub(crate) socks5: Option<SocketAddr>,
    /// Send the key in this environment variable as well: over a verified chain, to the private endpoint only
    #[arg(long, value_name = "VAR")]
    pub(crate) key_env: Option<String>,
    /// Send a token of the identity that is signed in here as well: of an application, a workload, a managed
    /// identity or az, in this order; by the same rules as a key
    #[arg(long, conflicts_with = "socks5")]
    pub(crate) entra: bool,
    /// Ask this deployment for a completion of one token, in place of listing the models
    #[arg(long, value_name = "NAME", requires = "credential")]
    pub(crate) deployment: Option<String>,
    #[command(flatten)]
    pub(crate) elsewhere: Seen,
    /// By which way it should go
    #[arg(long, value_enum)]
    pub(crate) expect: Option<Expect>,
    /// The longest a stage may take, in seconds
    #[arg(long, value_name = "S", default_value = "5", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// The longest the whole may take, in seconds
    #[arg(long, value_name = "S", default_value = "15", value_parser = seconds)]
    pub(crate) deadline: Duration,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("estate").required(true).args(["lab", "snapshot", "azure"]))]
pub(crate) struct Trace {
    #[command(flatten)]
    pub(crate) source: Source,
    /// Where the call starts, such as vm/app [default: what the lab's scenario asks]
    #[arg(long, value_name = "VANTAGE", required_unless_present = "lab")]
    pub(crate) from: Option<String>,
    /// What is called [default: what the lab's scenario asks]
    #[arg(long, value_name = "URL", required_unless_present = "lab")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) elsewhere: Seen,
    /// By which way it should go
    #[arg(long, value_enum)]
    pub(crate) expect: Option<Expect>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("estate").required(true).args(["lab", "snapshot", "azure"]))]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) source: Source,
    /// What the estate's owner states: claims and suppressions [default: privpath.toml beside the snapshot]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) elsewhere: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code such as DNS003, a name such as dns-zone-absent, or an error text in quotes; - reads the
    /// text from standard input; without one, the list of all codes
    pub(crate) subject: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Lab {
    #[command(subcommand)]
    pub(crate) action: LabAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabAction {
    /// Lists the scenarios, and the labs that run
    List,
    /// Starts a lab in the background
    Up {
        /// The scenario
        scenario: String,
        /// The lab's own name, if it should differ from the scenario's
        #[arg(long)]
        name: Option<String>,
        /// Where it stands
        #[arg(long, value_enum, default_value_t = Medium::Auto)]
        medium: Medium,
        /// Bad days for its ARM API: some requests are throttled, fail or end with their connection
        #[arg(long, value_name = "SEED")]
        chaos: Option<u64>,
    },
    /// Says how a running lab is reached and what is wrong in it
    Status {
        /// The lab; without one, all that run
        name: Option<String>,
    },
    /// Runs a program as a host of a running lab would: its network, DNS, hosts file, environment
    Exec {
        /// The host, such as vm/app; at `operator`, az and other clients of the ARM API work at once
        vantage: String,
        /// The lab [default: the one that runs]
        #[arg(long, value_name = "NAME")]
        lab: Option<String>,
        /// The program and its arguments
        #[arg(last = true, required = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Changes a running lab, in the words of scenarios, such as "link ZONE to NETWORK"
    #[command(after_help = CHANGES)]
    Change {
        /// What to change
        change: String,
        /// The lab [default: the one that runs]
        #[arg(long, value_name = "NAME")]
        lab: Option<String>,
    },
    /// Ends a lab
    Down {
        /// The lab; without one, all that run
        name: Option<String>,
    },
    /// Tries whether an ordinary user can have network namespaces here; other commands start it
    #[command(hide = true)]
    Try,
    /// The process of a background lab; `up` starts it
    #[command(hide = true)]
    Serve {
        scenario: String,
        name: String,
        #[arg(long, value_enum, default_value_t = Medium::Auto)]
        medium: Medium,
        #[arg(long)]
        chaos: Option<u64>,
    },
}

/// Reads a time in seconds, such as `5` or `0.3`.
fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a number of seconds between 0.01 and 600");
    let number: f64 = text.parse().map_err(|_| wrong())?;
    if !(0.01..=600.0).contains(&number) {
        return Err(wrong());
    }
    Duration::try_from_secs_f64(number).map_err(|_| wrong())
}

impl From<Expect> for model::Expect {
    fn from(expect: Expect) -> Self {
        match expect {
            Expect::Private => Self::Private,
            Expect::Public => Self::Public,
            Expect::Refused => Self::Refused,
        }
    }
}

impl From<Medium> for lab::Medium {
    fn from(medium: Medium) -> Self {
        match medium {
            Medium::Auto => Self::Auto,
            Medium::Namespaces => Self::Namespaces,
            Medium::Loopback => Self::Loopback,
        }
    }
}

impl From<FailOn> for finding::Severity {
    fn from(threshold: FailOn) -> Self {
        match threshold {
            FailOn::Broken => Self::Broken,
            FailOn::Exposed => Self::Exposed,
            FailOn::Fragile => Self::Fragile,
            FailOn::Advice => Self::Advice,
        }
    }
}
