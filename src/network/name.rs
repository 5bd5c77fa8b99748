//! The table of networks. To add a network, add a row.

use core::fmt;
use core::str::FromStr;

use super::{Architecture, Head, ShippedNetwork, Stages};

/// How a network's weights are trained; the training crate defines the recipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Training {
    /// The study's recipe, unchanged.
    Study,
    /// The study's recipe with changes that the training crate lists.
    StudyPlus,
    /// From the labels only.
    Labels,
    /// From the labels and the soft labels of teachers (knowledge distillation, Hinton et al., 2015).
    Distilled {
        /// The teachers.
        teachers: &'static [NetworkName],
        /// Passes over the training images.
        epochs: usize,
        /// Number of epoch variants (augmented copies of the data set) whose soft labels are cached; 0
        /// computes soft labels anew in each epoch.
        cached_variants: usize,
    },
}

/// A row of the table of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkSpec {
    /// Name on the command line, in the API and of the files in `model/`.
    pub name: &'static str,
    /// Layers, without weights.
    pub architecture: Architecture,
    /// How its weights are trained.
    pub training: Training,
    /// Whether it is only a teacher, which the page does not offer.
    pub is_teacher: bool,
}

const fn residual(widths: [usize; 3], blocks: [usize; 3]) -> Architecture {
    Architecture::Residual(Stages {
        widths,
        blocks,
        head: Head::Weighted,
    })
}

const TEACHERS: &[NetworkName] = &[NetworkName::ThimbleTeacher2, NetworkName::ThimbleTeacher];

const fn distilled(epochs: usize) -> Training {
    Training::Distilled {
        teachers: TEACHERS,
        epochs,
        cached_variants: 20,
    }
}

macro_rules! networks {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $architecture:expr, $training:expr, teacher: $is_teacher:literal;)*) => {
        /// A network of the table, in order of preference: the first shipped one is the default.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum NetworkName {
            $($(#[$doc])* $variant,)*
        }

        /// Every network, in the order of [`NetworkName`].
        const NETWORKS: &[NetworkSpec] = &[$(NetworkSpec {
            name: $name,
            architecture: $architecture,
            training: $training,
            is_teacher: $is_teacher,
        },)*];

        impl NetworkName {
            /// Every network.
            pub const ALL: [Self; NETWORKS.len()] = [$(Self::$variant,)*];
        }
    };
}

networks! {
    /// Nine residual blocks: the page's default.
    Thimble = "thimble", residual([16, 32, 64], [3, 4, 2]), distilled(100), teacher: false;
    /// The study's network and recipe, unchanged.
    Paper = "paper", Architecture::Paper, Training::Study, teacher: false;
    /// The study's network with changes to the recipe.
    PaperPlus = "paper-plus", Architecture::Paper, Training::StudyPlus, teacher: false;
    /// One residual block, for the lowest cost.
    ThimbleTiny = "thimble-tiny", residual([16, 32, 64], [0, 0, 1]), distilled(150), teacher: false;
    /// Two residual blocks.
    ThimbleSmall = "thimble-small", residual([16, 32, 64], [0, 1, 1]), distilled(150), teacher: false;
    /// Three residual blocks, the most accurate for its cost.
    ThimbleMedium = "thimble-medium", residual([16, 32, 64], [1, 1, 1]), distilled(150), teacher: false;
    /// A wider network, trained from the labels only.
    ThimbleTeacher = "thimble-teacher", residual([32, 48, 64], [1, 1, 2]), Training::Labels, teacher: true;
    /// The same, trained with `ThimbleTeacher` as its teacher.
    ThimbleTeacher2 = "thimble-teacher-2", residual([32, 48, 64], [1, 1, 2]), Training::Distilled {
        teachers: &[NetworkName::ThimbleTeacher],
        epochs: 60,
        cached_variants: 0,
    }, teacher: true;
}

impl NetworkName {
    /// Returns the network's row of the table.
    pub const fn spec(self) -> &'static NetworkSpec {
        &NETWORKS[self as usize]
    }

    /// Returns the network's architecture.
    pub const fn architecture(self) -> Architecture {
        self.spec().architecture
    }

    /// Returns the name in lower case, with hyphens.
    pub const fn as_str(self) -> &'static str {
        self.spec().name
    }
}

/// Returns the first shipped network of the table, or the table's first if none is shipped.
impl Default for NetworkName {
    fn default() -> Self {
        ShippedNetwork::all()
            .first()
            .map_or(Self::ALL[0], |shipped| shipped.name)
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No network has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown network \"{name}\": the networks are {}", known())]
pub struct UnknownNetwork {
    /// The unknown name.
    pub name: String,
}

fn known() -> String {
    NetworkName::ALL.map(NetworkName::as_str).join(", ")
}

impl FromStr for NetworkName {
    type Err = UnknownNetwork;

    fn from_str(name: &str) -> Result<Self, UnknownNetwork> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| UnknownNetwork {
                name: name.to_owned(),
            })
    }
}
