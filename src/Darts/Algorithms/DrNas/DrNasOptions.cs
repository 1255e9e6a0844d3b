namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>Options of DrNAS alone. The defaults are a search in one stage without a penalty.</summary>
public sealed record DrNasOptions
{
    /// <summary>Weight of the divergence from the uniform Dirichlet distribution; 0 for none.</summary>
    public double DivergenceWeight { get; init; }

    /// <summary>Epoch in which the second stage begins; 0 for one stage.</summary>
    public int SecondStageEpoch { get; init; }

    /// <summary>K of the second stage.</summary>
    public int SecondStagePartialChannels { get; init; } = 1;

    /// <summary>Operations that an edge keeps in the second stage.</summary>
    public int SecondStageOperations { get; init; } = 7;
}

/// <summary>Their table. What depends on other options is checked by <see cref="DrNasAlgorithm"/>.</summary>
internal sealed class DrNasOptionTable() : MethodOptionTable<DrNasOptions>(
[
    Number(
        "divergence_weight", "from 0 to 1000", "Weight of the divergence from the uniform distribution, for alpha_weight_decay 0 (dr-nas).",
        o => o.DivergenceWeight, (o, v) => o with { DivergenceWeight = v }, x => x is >= 0 and <= 1000),
    Integer(
        "second_stage_epoch", "0, or a whole number below epochs", "Epoch in which the second stage begins (dr-nas); 0 for one stage.",
        o => o.SecondStageEpoch, (o, v) => o with { SecondStageEpoch = v }, o => o.SecondStageEpoch >= 0
            ? null
            : "0, or a whole number below epochs"),
    Integer(
        "second_stage_partial_channels", "a divisor of init_channels", "K of the second stage.",
        o => o.SecondStagePartialChannels, (o, v) => o with { SecondStagePartialChannels = v }, _ => null),
    Integer(
        "second_stage_operations", "a whole number from 1 to the operations of the space",
        "Operations that an edge keeps in the second stage.",
        o => o.SecondStageOperations, (o, v) => o with { SecondStageOperations = v }, o => o.SecondStageOperations >= 1
            ? null
            : "a whole number from 1 to the operations of the space"),
]);
